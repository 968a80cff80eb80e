import type { InboxEntry } from '../../../functions/core/inbox/inbox.ts';
import { preview } from '../../../functions/core/inbox/inbox.ts';
import { isDeleted, type Message } from '../../../functions/core/messages/message.ts';
import { changeSk, conversationPartition, LAST_CHANGE_SK } from '../../../functions/storage/keys.ts';
import type { ChangeIntent } from './changing.ts';
import { changeOf } from './message-states.ts';
import type { Simulation } from './simulation.ts';
import type { World } from './world.ts';

/** The rules for edits and deletions that must hold once everything has settled. */
export function checkChanges(
  { world, changes }: Simulation,
  logs: ReadonlyMap<string, readonly Message[]>,
): void {
  for (const [conversation, log] of logs) {
    checkNumbers(world, conversation, log);
    for (const message of log) checkStates(world, conversation, message);
  }
  for (const change of changes.all) checkIntent(world, change, logs.get(change.conversation) ?? []);
}

/** The changes are numbered without a gap, and each names the message whose last or former change it is. */
function checkNumbers(world: World, conversation: string, log: readonly Message[]): void {
  const items = world.state
    .partition(conversationPartition(conversation))
    .filter(({ sk }) => String(sk) >= changeSk(1) && String(sk) <= LAST_CHANGE_SK);
  items.forEach(({ sk, seq }, i) => {
    if (sk !== changeSk(i + 1)) world.blame(`${conversation} has ${sk} as change ${i + 1}`);
    const isStored = world.states.of(conversation, seq as number).some((one) => changeOf(one) === i + 1);
    if (!isStored) world.blame(`change ${i + 1} of ${conversation} has not changed ${seq}`);
  });
  for (const message of log) {
    const last = items.findLastIndex(({ seq }) => seq === message.seq) + 1;
    if (changeOf(message) !== last) {
      world.blame(
        `${message.seq} of ${conversation} has change ${changeOf(message)}, and ${last} is its last one`,
      );
    }
  }
}

/** An edit makes the next version, a deletion is the end, and nothing is left of a deleted text. */
function checkStates(world: World, conversation: string, message: Message): void {
  const states = world.states.of(conversation, message.seq);
  const edits = states.slice(1).filter((state) => !isDeleted(state));
  edits.forEach(({ changed }, i) => {
    if (changed?.version !== i + 2) {
      world.blame(`edit ${i + 1} of ${message.seq} of ${conversation} makes version ${changed?.version}`);
    }
  });
  const end = states.findIndex(isDeleted);
  if (end >= 0 && end < states.length - 1) {
    world.blame(`${message.seq} of ${conversation} has changed after it was deleted`);
  }
  if (isDeleted(message) && message.text !== '') {
    world.blame(`${message.seq} of ${conversation} is deleted, and "${message.text}" is left`);
  }
}

/** What was acknowledged is stored, and once. */
function checkIntent(
  world: World,
  { kind, conversation, seq, text, isAcked }: ChangeIntent,
  log: readonly Message[],
): void {
  const times = world.states.of(conversation, seq).filter((state) => state.text === text).length;
  if (times > 1) world.blame(`the edit "${text}" is stored ${times} times`);
  if (!isAcked) return;
  const message = log.find((one) => one.seq === seq);
  if (kind === 'edit' && times === 0)
    world.blame(`the edit "${text}" was acknowledged and is stored nowhere`);
  if (kind === 'delete' && !(message && isDeleted(message))) {
    world.blame(`the deletion of ${seq} of ${conversation} was acknowledged, and its text is there`);
  }
}

/** The inbox shows what the last message is now. */
export function checkSummary(
  world: World,
  username: string,
  { conversation, last }: InboxEntry,
  newest: Message | undefined,
): void {
  const isPresent = last.text === preview(newest?.text ?? '') && changeOf(last) === changeOf(newest ?? {});
  if (isPresent) return;
  world.blame(
    `${username}'s inbox shows "${last.text}" as the last message of ${conversation}, which is "${newest?.text}"`,
  );
}

import type { InboxEntry } from '../../../functions/core/inbox/inbox.ts';
import { preview } from '../../../functions/core/inbox/inbox.ts';
import { isDeleted, type Message } from '../../../functions/core/messages/message.ts';
import { changeSk, conversationPartition, LAST_CHANGE_SK } from '../../../functions/storage/keys.ts';
import { type ChangeIntent, isDone } from './changing.ts';
import { changeOf } from './message-states.ts';
import type { Simulation } from './simulation.ts';
import { reactionsTo } from './witness.ts';
import type { World } from './world.ts';

/** The rules for edits, deletions and reactions that must hold once everything has settled. */
export function checkChanges(
  { world, changes }: Simulation,
  logs: ReadonlyMap<string, readonly Message[]>,
): void {
  for (const [conversation, log] of logs) {
    checkNumbers(world, conversation, log);
    const ofConversation = changes.all.filter((one) => one.conversation === conversation);
    for (const message of log) {
      const reactions = ofConversation.filter(({ seq, emoji }) => seq === message.seq && emoji !== '');
      checkStates(world, conversation, message, reactions);
    }
  }
  for (const change of changes.all) checkIntent(world, change, logs.get(change.conversation) ?? []);
}

/** The changes are numbered without a gap, and each names the message whose last or former change it is. */
function checkNumbers(world: World, conversation: string, log: readonly Message[]): void {
  const items = world.state
    .partition(conversationPartition(conversation))
    .filter(({ sk }) => String(sk) >= changeSk(1) && String(sk) <= LAST_CHANGE_SK);
  // They are removed with the log of a group that nobody is in any more.
  if (world.rosters.conversation(conversation).members.length === 0) {
    if (items.length > 0) world.blame(`${conversation} has ${items.length} changes, and nobody is in it`);
    return;
  }
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

/** An edit makes the next version, a deletion is the end, and nothing is left of a deleted message. */
function checkStates(
  world: World,
  conversation: string,
  message: Message,
  reactions: readonly ChangeIntent[],
): void {
  const place = `${message.seq} of ${conversation}`;
  const states = world.states.of(conversation, message.seq);
  for (const [i, state] of states.slice(1).entries()) {
    const former = states[i] as Message;
    if (isDeleted(former)) world.blame(`${place} has changed after it was deleted`);
    else if (!isDeleted(state)) checkStep(world, place, former, state, reactions);
  }
  const left = `${message.text}${reactionsTo(message)}`;
  if (isDeleted(message) && left !== '') world.blame(`${place} is deleted, and "${left}" is left`);
}

/** A change is one edit, which keeps the reactions, or one reaction that somebody wanted, which keeps the text. */
function checkStep(
  world: World,
  place: string,
  former: Message,
  state: Message,
  reactions: readonly ChangeIntent[],
): void {
  const [before, after] = [former, state].map(reactionsTo) as [string, string];
  const version = state.changed?.version ?? 1;
  const more = version - (former.changed?.version ?? 1);
  const isOfText = state.text !== former.text || before === after;
  if (more !== (isOfText ? 1 : 0))
    world.blame(`a change of ${place} to "${state.text}" makes version ${version}`);
  if (before === after) return;
  const isWanted = reactions.some((one) => reactionsTo(withReaction(former, one)) === after);
  if (isOfText || !isWanted) world.blame(`of the reactions to ${place}, "${before}" becomes "${after}"`);
}

/** A new reaction is the last one with its emoji, and a new emoji is the last one of its message. */
function withReaction(
  { changed }: Message,
  { kind, emoji, by: { id } }: ChangeIntent,
): Pick<Message, 'changed'> {
  const { [emoji]: users = [], ...others } = changed?.reactions ?? {};
  const rest = users.filter((one) => one !== id);
  const reactions =
    kind === 'react'
      ? { ...changed?.reactions, [emoji]: users.includes(id) ? users : [...users, id] }
      : { ...others, ...(rest.length > 0 && { [emoji]: rest }) };
  return { changed: { change: 0, version: 1, reactions } };
}

/** What was acknowledged is stored, and once. */
function checkIntent(world: World, change: ChangeIntent, log: readonly Message[]): void {
  const { kind, conversation, seq, text, emoji, alike, isAcked } = change;
  const states = world.states.of(conversation, seq);
  const times = states.filter((state, i) => state.text === text && states[i - 1]?.text !== text).length;
  if (times > 1) world.blame(`the edit "${text}" is stored ${times} times`);
  if (!isAcked) return;
  const message = log.find((one) => one.seq === seq);
  if (kind === 'edit' && times === 0)
    world.blame(`the edit "${text}" was acknowledged and is stored nowhere`);
  if (kind === 'delete' && !(message && isDeleted(message))) {
    world.blame(`the deletion of ${seq} of ${conversation} was acknowledged, and its text is there`);
  }
  const isForGood = kind === 'react' && alike.every((one) => one.kind === 'react');
  if (isForGood && !(message && (isDeleted(message) || isDone(change, message)))) {
    world.blame(
      `the ${emoji} by ${change.by.username} to ${seq} of ${conversation} was acknowledged, and is gone`,
    );
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

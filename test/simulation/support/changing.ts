import { pairId } from '../../../functions/core/conversations/conversation.ts';
import { type ParleyError, VersionConflict } from '../../../functions/core/errors.ts';
import { isDeleted } from '../../../functions/core/messages/message.ts';
import { isOneLeaving } from './accounts.ts';
import type { Certainty } from './blocking.ts';
import type { Client } from './client.ts';
import type { Fate } from './fate.ts';
import type { Intent } from './intent.ts';
import { changeOf } from './message-states.ts';
import { faultOfMessage } from './witness.ts';
import type { Person, World } from './world.ts';

/** What a user wants to make of a message, in as many tries as it takes. */
export interface ChangeIntent {
  readonly kind: 'edit' | 'delete';
  readonly by: Person;
  readonly peer: Person;
  readonly conversation: string;
  readonly seq: number;
  /** Of an edit: no other one has the same text. */
  readonly text: string;
  /** Of an edit: the version that it is based on. */
  readonly version: number;
  tries: number;
  isAcked: boolean;
}

interface Wanted {
  readonly kind: 'edit' | 'delete';
  readonly by: Person;
  /** The message, and its number. */
  readonly of: Intent;
  readonly seq: number;
  readonly version: number;
  readonly isLong: boolean;
}

/** As long as the longest message. */
const LONG = 3_900;

/** What was certain when a try began. */
interface Before {
  readonly moment: number;
  readonly blocks: Certainty;
}

/** All edits and deletions that users tried. */
export class Changes {
  readonly all: ChangeIntent[] = [];

  wanted({ kind, by, of, seq, version, isLong }: Wanted): ChangeIntent {
    const { conversation, sender, peer, text } = of;
    const name = `${text.split(' ')[0]} edit ${this.all.length + 1}`;
    const intent: ChangeIntent = {
      ...{ kind, by, conversation, seq, version },
      peer: by === sender ? peer : sender,
      text: isLong ? `${name} ${'🦀'.repeat(LONG)}` : name,
      tries: 0,
      isAcked: false,
    };
    this.all.push(intent);
    return intent;
  }
}

/** One try, over a client's socket or, without a client, over HTTP. */
export async function tryChanging(
  world: World,
  intent: ChangeIntent,
  fate: Fate,
  client?: Client,
): Promise<void> {
  const { kind, by, peer, conversation, seq, text, version } = intent;
  intent.tries += 1;
  const from = client?.connection;
  const what = kind === 'edit' ? `edit ${seq} at version ${version} to "${text}"` : `delete ${seq}`;
  const words = `${client?.name ?? `${by.username} by HTTP`}: ${what} of ${pairId(by.id, peer.id)}`;
  world.say(`${words}, try ${intent.tries}`);
  const before = { moment: world.states.moment, blocks: world.blocks.look(by.id, peer.id) };
  const outcome = await world.invokeOver(from?.connectionId, words, fate, (functions) =>
    kind === 'edit'
      ? functions.edit(by.id, { conversation, seq, text, version }, from)
      : functions.remove(by.id, { conversation, seq }, from),
  );
  if (outcome.kind === 'lost') return;
  if (outcome.kind === 'error') return judge(world, intent, before, words, outcome.error);
  const message = outcome.value;
  intent.isAcked = true;
  world.blame(faultOfMessage(world, message));
  if (message.senderId !== by.id) world.blame(`"${words}" changes a message of somebody else`);
  if (kind === 'edit' ? message.text !== text : !isDeleted(message)) {
    world.blame(`"${words}" is acknowledged as "${message.text}"`);
  }
  if (changeOf(message) < world.states.changeAt(conversation, seq, before.moment)) {
    world.blame(`"${words}" is answered with an older state`);
  }
  const wasSealed = before.blocks.isSealed && isSame(world, intent, before) && intent.tries === 1;
  if (kind === 'edit' && wasSealed && !isOneLeaving(world, by, peer)) {
    world.blame(`"${words}" is stored while one of the two blocks the other`);
  }
  if (client && client.connection === from) client.learn(message);
}

/** Nobody has changed a block meanwhile. */
const isSame = (world: World, { by, peer }: ChangeIntent, before: Before): boolean =>
  before.blocks.changes === world.blocks.look(by.id, peer.id).changes;

function judge(world: World, intent: ChangeIntent, before: Before, words: string, error: ParleyError): void {
  const { by, peer, conversation, seq, text, version, kind, tries } = intent;
  const states = world.states.of(conversation, seq);
  world.say(`"${words}" is answered with ${error.code}`);
  const isStored = kind === 'edit' && states.some((state) => state.text === text);
  if (tries === 1 && isStored && error.code !== 'unavailable') {
    world.blame(`"${words}" is refused with ${error.code}, but stored`);
  }
  const isRight = {
    unavailable: true,
    busy: true,
    not_your_message: states[0]?.senderId !== by.id,
    message_not_found: world.states.changeAt(conversation, seq, before.moment) === 0 && states.length === 0,
    version_conflict: isRightConflict(world, error, version),
    message_deleted: states.some(isDeleted),
    cannot_write_to_user: !(before.blocks.isOpen && isSame(world, intent, before)),
    user_not_found: isOneLeaving(world, by, peer),
  }[error.code];
  const isOfEdit = ['version_conflict', 'message_deleted', 'cannot_write_to_user', 'user_not_found'];
  if (!isRight || (kind === 'delete' && isOfEdit.includes(error.code))) {
    world.blame(`"${words}" is refused with ${error.code}`);
  }
}

function isRightConflict(world: World, error: ParleyError, version: number): boolean {
  if (!(error instanceof VersionConflict)) return false;
  world.blame(faultOfMessage(world, error.present));
  return (error.present.changed?.version ?? 1) !== version;
}

import type { Connection } from '../../../functions/core/connections/connection.ts';
import { isGroupId, pairId } from '../../../functions/core/conversations/conversation.ts';
import type { Message } from '../../../functions/core/messages/message.ts';
import { isOneLeaving } from './accounts.ts';
import { Copy } from './copy.ts';
import type { Fate } from './fate.ts';
import { type LogIn, logIn } from './log-in.ts';
import type { ServerFrame, Socket } from './sockets.ts';
import { changedBy, faultOfMessage, type Shown, shownBy, shownOf } from './witness.ts';
import type { Person, World } from './world.ts';

/** Access tokens outlive their sockets. */
export const TOKEN_MS = 7_200_001;

/** How a socket ends: with `$disconnect` or without. */
export type Ending = 'told' | 'silent';

/** A client of either protocol: the messages that it holds, and its socket if it has one. */
export class Client {
  readonly world: World;
  readonly person: Person;
  readonly name: string;
  /** The other member on a socket of the original protocol. Undefined for a device's socket. */
  readonly peer: Person | undefined;
  /** What it holds of each known conversation. */
  readonly held = new Map<string, Copy>();
  /** For each known conversation, the change whose state its messages have. */
  readonly changes = new Map<string, number>();
  /** How often it has begun anew with each conversation. */
  readonly #begun = new Map<string, number>();
  /** The watched users that it believes to be online. */
  readonly online = new Map<string, boolean>();
  /** The position of the last page of a sync. */
  position: string | undefined;
  connection: Connection | undefined;
  logIn: LogIn | undefined;
  #socket: Socket | undefined;
  #isConnecting = false;

  constructor(world: World, person: Person, name: string, peer?: Person) {
    this.world = world;
    this.person = person;
    this.name = `${person.username}.${name}`;
    this.peer = peer;
  }

  /** In half of their conversations, laptops are as older clients: these sync with a bare `seq`, and know of no changes. */
  follows(conversation: string): boolean {
    return !this.name.endsWith('.laptop') || conversation.startsWith(this.person.id);
  }

  get isConnected(): boolean {
    return this.#socket?.isOpen === true;
  }

  async connect(fate: Fate): Promise<void> {
    if (this.isConnected || this.#isConnecting) return;
    this.#isConnecting = true;
    await this.logInIfNeeded(fate);
    if (this.logIn) await this.#open(this.logIn.sessionId, fate);
    this.#isConnecting = false;
  }

  async logInIfNeeded(fate: Fate): Promise<void> {
    if (!this.logIn) await logIn(this, fate);
  }

  async #open(sessionId: string, fate: Fate): Promise<void> {
    const { world, person, peer } = this;
    const conversation = peer ? pairId(person.id, peer.id) : '';
    const socket: Socket = {
      connectionId: `${this.name}/${world.newId().slice(-4)}`,
      userId: person.id,
      sessionId,
      conversation,
      connectedAt: new Date(world.scheduler.time),
      isOpen: false,
      receive: (frame) => this.#receive(frame, sessionId),
      closed: () => this.#ended('told', fate),
    };
    const { connectionId, userId, connectedAt } = socket;
    const expiresAt = new Date(connectedAt.getTime() + TOKEN_MS);
    const connection = { connectionId, userId, sessionId, conversation, connectedAt, expiresAt };
    world.say(`${this.name} connects as ${connectionId}`);
    world.sockets.add(socket);
    const outcome = await world.invokeOver(connectionId, `$connect ${connectionId}`, fate, (functions) =>
      functions.connect(connection, peer?.id ?? ''),
    );
    if (outcome.kind === 'error' && outcome.error.code === 'token_invalid') this.leave(sessionId);
    if (outcome.kind === 'error' && outcome.error.code === 'user_not_found') this.#requireMissing(peer);
    if (outcome.kind !== 'ok') return;
    socket.isOpen = true;
    this.#socket = socket;
    this.connection = connection;
  }

  #requireMissing(peer: Person | undefined): void {
    if (peer && isOneLeaving(this.world, peer)) return;
    this.world.blame(`${this.name} cannot connect to a user who is there`);
  }

  disconnect(ending: Ending, fate: Fate): void {
    if (!this.#socket?.isOpen) return;
    this.world.say(`${this.name} disconnects${ending === 'silent' ? ', and nobody is told' : ''}`);
    this.#socket.isOpen = false;
    this.#ended(ending, fate);
  }

  #ended(ending: Ending, fate: Fate): void {
    const { connection, world } = this;
    this.connection = undefined;
    this.#socket = undefined;
    if (ending === 'silent' && connection) world.troubled.add(connection.connectionId);
    if (ending === 'silent' || !connection) return;
    const { connectionId } = connection;
    void world.invokeOver(connectionId, `$disconnect ${connectionId}`, fate, (functions) =>
      functions.disconnect(connection),
    );
  }

  /** The session has ended. The next connection begins with a new one. */
  leave(sessionId: string): void {
    if (this.logIn?.sessionId === sessionId) this.logIn = undefined;
  }

  #receive(frame: ServerFrame, sessionId: string): void {
    if (frame.type === 'session.ended') this.leave(sessionId);
    if (frame.type === 'chat.message' || frame.type === 'chat.messages') {
      for (const shown of shownBy(frame)) this.take(shown);
    }
    if (frame.type === 'message.changed' && this.follows(String(frame.conversation))) {
      this.#follow(changedBy(frame));
    }
    if (frame.type === 'presence') this.believe(frame);
  }

  /** Handles a `presence` frame, posted or as a reply. */
  believe({ users }: object & { readonly users?: unknown }): void {
    for (const { user_id, online } of users as { user_id: string; online: boolean }[]) {
      this.online.set(user_id, online);
    }
  }

  /**
   * Keeps a message if it is the next one, or a newer state of one that is held. A later message waits for a sync.
   * @returns whether the message is held
   */
  take(shown: Shown): boolean {
    const { conversation, seq, id, text, change } = shown;
    if (!this.world.rosters.maySee(this.person.id, conversation, seq)) {
      this.world.blame(`${this.name} sees "${text}" as ${seq} of ${conversation}, and was not in it then`);
    }
    const held = this.know(conversation);
    const former = held.at(seq);
    if (former && former.id !== id) {
      this.world.blame(
        `${this.name} sees "${text}" as ${seq} of ${conversation}, and saw "${former.text}" there`,
      );
    }
    if (seq > held.last + 1 || seq < held.first) return false;
    if (!former || change > former.change) held.put(shown);
    this.#checkState(held.at(seq) as Shown);
    return true;
  }

  /** Handles a message in a reply to a request that began at this moment. */
  show(message: Message, moment: number): void {
    const { world, name } = this;
    world.blame(faultOfMessage(world, message));
    const { conversation, seq, text, change } = shownOf(message);
    const before = world.states.changeAt(conversation, seq, moment);
    if (change < before) {
      world.blame(
        `${name} is answered with "${text}" as ${seq} of ${conversation}, after its change ${before}`,
      );
    }
    this.take(shownOf(message));
  }

  /** Handles the reply to a change. */
  learn(message: Message): void {
    this.#follow(shownOf(message));
  }

  #follow(shown: Shown): void {
    const { conversation, change } = shown;
    const known = this.changes.get(conversation) ?? 0;
    // A state of a message that is further ahead comes with that message.
    const isNext = this.take(shown) && change === known + 1;
    if (isNext && this.follows(conversation)) this.changes.set(conversation, change);
  }

  /** A page of a sync says up to which change the held messages are right. Frames may have said more meanwhile. */
  reach(conversation: string, change: number): void {
    this.changes.set(conversation, Math.max(change, this.changes.get(conversation) ?? 0));
    for (const shown of this.know(conversation).all) this.#checkState(shown);
  }

  /** Of all changes up to the one that it knows, it shows the last of each message. */
  #checkState({ conversation, seq, change }: Shown): void {
    // Of what its user may not see any more, it learns nothing.
    if (isGroupId(conversation) && seq < this.#firstOf(conversation)) return;
    const known = this.changes.get(conversation) ?? 0;
    const last = this.world.states.changeUpTo(conversation, seq, known);
    if (change >= last) return;
    this.world.blame(
      `${this.name} believes to know change ${known} of ${conversation}, but shows ${seq} as of ${change} and not ${last}`,
    );
  }

  /** The first message of a group that its user may see now. */
  #firstOf(group: string): number {
    return this.world.rosters.stayOf(this.person.id, group)?.from ?? Number.POSITIVE_INFINITY;
  }

  /** Its user is not in the group any more. */
  forget(conversation: string): void {
    this.drop(conversation);
    this.held.delete(conversation);
  }

  /** It has missed too many changes, and begins anew. */
  drop(conversation: string): void {
    this.held.set(conversation, new Copy());
    this.changes.delete(conversation);
    this.#begun.set(conversation, this.begun(conversation) + 1);
  }

  begun(conversation: string): number {
    return this.#begun.get(conversation) ?? 0;
  }

  /** @param first the first message that its user may see, if the server tells it */
  know(conversation: string, first = 1): Copy {
    const held = this.held.get(conversation) ?? new Copy();
    this.held.set(conversation, held);
    if (first > held.first) held.beginAt(first);
    return held;
  }
}

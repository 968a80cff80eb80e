import type { Conversation } from '../../../functions/core/conversations/conversation.ts';
import type { LogEntry, Message } from '../../../functions/core/messages/message.ts';
import { conversationPartition, MESSAGE_PREFIX } from '../../../functions/storage/keys.ts';
import { toLogEntry } from '../../../functions/storage/log-entry.ts';
import type { Written } from '../../support/table/state.ts';

interface State {
  readonly message: LogEntry;
  readonly moment: number;
}

export const changeOf = ({ changed }: Pick<Message, 'changed'>): number => changed?.change ?? 0;

/** Every state that each message has had in the table, oldest first. */
export class MessageStates {
  readonly #states = new Map<string, State[]>();
  readonly #lastChanges = new Map<string, number>();
  readonly #conversation: (id: string) => Conversation;
  #moment = 0;

  /** @param conversation tells the members of a conversation by number */
  constructor(conversation: (id: string) => Conversation) {
    this.#conversation = conversation;
  }

  /** Grows with each state that is stored. */
  get moment(): number {
    return this.#moment;
  }

  /** Returns the state that is written. */
  readonly add = ({ key: { pk, sk }, after }: Written): Message | undefined => {
    if (!sk.startsWith(MESSAGE_PREFIX) || !after) return undefined;
    this.#moment += 1;
    const id = pk.slice(conversationPartition('').length);
    const message = toLogEntry(this.#conversation(id), after);
    this.#of(id, message.seq).push({ message, moment: this.#moment });
    this.#lastChanges.set(id, Math.max(this.lastChange(id), changeOf(message)));
    return message;
  };

  #of(conversation: string, seq: number): State[] {
    const name = `${conversation} ${seq}`;
    const known = this.#states.get(name) ?? [];
    this.#states.set(name, known);
    return known;
  }

  of(conversation: string, seq: number): readonly Message[] {
    return this.#of(conversation, seq).map(({ message }) => message);
  }

  /** The last state of each message, in order: also of those that are deleted with their group. */
  log(conversation: string): readonly LogEntry[] {
    const log: LogEntry[] = [];
    for (let state = this.#of(conversation, 1).at(-1); state; ) {
      log.push(state.message);
      state = this.#of(conversation, log.length + 1).at(-1);
    }
    return log;
  }

  /** The highest number of a change; 0 if there is none. */
  lastChange(conversation: string): number {
    return this.#lastChanges.get(conversation) ?? 0;
  }

  /** The last change of a message up to a moment; 0 if it had none. */
  changeAt(conversation: string, seq: number, moment: number): number {
    const last = this.#of(conversation, seq).findLast((state) => state.moment <= moment);
    return last ? changeOf(last.message) : 0;
  }

  /** The last change of a message whose number is no higher than that of `change`; 0 if there is none. */
  changeUpTo(conversation: string, seq: number, change: number): number {
    const changes = this.#of(conversation, seq).map(({ message }) => changeOf(message));
    return Math.max(0, ...changes.filter((one) => one <= change));
  }
}

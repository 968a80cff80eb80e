import type { Person, World } from './world.ts';

/** What is known about the password of a user, and about the end of their account. */
interface Known {
  /** Each may be the present password, the likeliest one first. More than one while a change has had no answer. */
  passwords: readonly string[];
  /** Grows with each change that begins. */
  changes: number;
  running: number;
  /** The last change whose answer did not come, to be sent again. */
  unanswered: PasswordChange | undefined;
  /** A deletion has begun. */
  isLeaving: boolean;
  /** A deletion was answered. */
  isDeleted: boolean;
}

export interface PasswordChange {
  readonly sessionId: string;
  readonly former: readonly string[];
  readonly next: string;
}

/** All passwords, and all accounts that their users deleted. */
export class Accounts {
  readonly #known = new Map<string, Known>();
  readonly #opened = new Map<string, string>();
  #passwords = 0;

  of(userId: string): Known {
    const known = this.#known.get(userId) ?? {
      passwords: [firstPassword(userId)],
      changes: 0,
      running: 0,
      unanswered: undefined,
      isLeaving: false,
      isDeleted: false,
    };
    this.#known.set(userId, known);
    return known;
  }

  newPassword(): string {
    this.#passwords += 1;
    return `${this.#passwords} grey herons`;
  }

  /** A log-in has come to its end, whether or not its answer arrives. */
  opened(sessionId: string, password: string): void {
    this.#opened.set(sessionId, password);
  }

  /** Undefined if the log-in died: nobody has the tokens of the session. */
  passwordOf(sessionId: string): string | undefined {
    return this.#opened.get(sessionId);
  }
}

export const firstPassword = (userId: string): string => `herons of ${userId}`;

/** Of two users at least one is deleted, or about to be. */
export const isOneLeaving = ({ accounts }: World, ...people: readonly Person[]): boolean =>
  people.some(({ id }) => accounts.of(id).isLeaving);

import { secondsUntil, TooManyAttempts } from '../errors.ts';
import { networkOf } from './network.ts';

/** Ten guesses a minute are 14,400 a day: far too few for a password that passed the policy. */
export const GUESS_SECONDS = 60;

/** Whoever goes on guessing waits twice as long each time, up to this: ten guesses an hour are 240 a day. */
export const LONGEST_SECONDS = 60 * 60;

/** An attempt waits at most so many times for another attempt to return its slot: 0.75 to 1.5 s in all. */
const MAX_WAITS = 4;
const FIRST_WAIT_MS = 100;

/** No account has this id. For an e-mail address without an account it is asked for, so that both take as long. */
const NOBODY = 'nobody';

/** Where a password is tried. */
export interface TriedFrom {
  /** The viewer's address, or undefined if it cannot be believed. */
  readonly address?: string | undefined;
  /** What the client says that it is. A secret of the device: nobody else can name it. */
  readonly deviceId?: string | undefined;
  /** The session of a user who is logged in. A link that only its mailbox knows counts as one, too. */
  readonly sessionId?: string | undefined;
}

export interface AttemptDependencies {
  readonly attempts: LoginAttempts;
  readonly devices: Pick<KnownDevices, 'knownOf'>;
  /** Wrong passwords for one e-mail address within a window. */
  readonly wrongPasswords: number;
  /** Wrong passwords from one address of the Internet within a window. Undefined if addresses cannot be believed. */
  readonly wrongPasswordsPerAddress: number | undefined;
  readonly now: () => Date;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly wait: (milliseconds: number) => Promise<void>;
}

/**
 * Counts an attempt for the e-mail address and for the address that it comes from. Whoever guesses uses up these counts, and must not
 * keep the owner out: a device that was in before, or a session, has a count of its own.
 *
 * @param found the account, if the e-mail address has one
 * @returns the counts that it took, which all must hear how it ended
 */
export async function beginAttempt(
  dependencies: AttemptDependencies,
  email: string,
  found: Promise<{ readonly userId: string } | undefined>,
  from: TriedFrom,
): Promise<readonly Attempt[] | TooManyAttempts> {
  const { attempts, wrongPasswords, wrongPasswordsPerAddress: perAddress } = dependencies;
  if (from.sessionId !== undefined) {
    const own = await begin(dependencies, { email, known: `session ${from.sessionId}` }, wrongPasswords);
    return own instanceof TooManyAttempts ? own : [own];
  }
  const isCountedByAddress = from.address !== undefined && perAddress !== undefined;
  const [byEmail, byAddress] = await Promise.all([
    begin(dependencies, { email }, wrongPasswords),
    isCountedByAddress ? begin(dependencies, { network: networkOf(from.address) }, perAddress) : undefined,
  ]);
  const counts = [byEmail, ...(byAddress ? [byAddress] : [])];
  const begun = counts.filter((one): one is Attempt => !(one instanceof TooManyAttempts));
  const refusal = counts.find((one) => one instanceof TooManyAttempts);
  if (refusal === undefined) return begun;

  const known = await knownAs(dependencies, found, from, byAddress instanceof TooManyAttempts);
  const own = known === undefined ? refusal : await begin(dependencies, { email, known }, wrongPasswords);
  if (!(own instanceof TooManyAttempts)) return [...begun, own];
  await Promise.all(begun.map(attempts.giveBack));
  return own;
}

/** How the account knows where the attempt comes from. An address that is used up itself does not count. */
async function knownAs(
  { devices, now }: AttemptDependencies,
  found: Promise<{ readonly userId: string } | undefined>,
  { address, deviceId }: TriedFrom,
  isAddressUsedUp: boolean,
): Promise<string | undefined> {
  const names = namesOf({ deviceId, address: isAddressUsedUp ? undefined : address });
  if (names.length === 0) return undefined;
  const [known] = await devices.knownOf((await found)?.userId ?? NOBODY, names, now());
  return known;
}

/** The names by which an account knows a device, the better one first. */
export function namesOf({ address, deviceId }: TriedFrom): readonly string[] {
  return [
    ...(deviceId === undefined ? [] : [`device ${deviceId}`]),
    ...(address === undefined ? [] : [`network ${networkOf(address)}`]),
  ];
}

/**
 * A user may log in on many devices at once. While other attempts may still return their slots, an attempt waits for one.
 */
async function begin(
  { attempts, now, random, wait }: AttemptDependencies,
  subject: AttemptSubject,
  failures: number,
): Promise<Attempt | TooManyAttempts> {
  const limit = { failures, seconds: GUESS_SECONDS, longest: LONGEST_SECONDS };
  for (let waits = 0; ; waits += 1) {
    const begun = await attempts.begin(subject, limit, now());
    if (!('isUndecided' in begun)) return begun;
    if (!begun.isUndecided || waits === MAX_WAITS) {
      return new TooManyAttempts(secondsUntil(begun.windowEnds, now()));
    }
    await wait(FIRST_WAIT_MS * 2 ** waits * (0.5 + random() / 2));
  }
}

/** What attempts are counted for. */
export type AttemptSubject =
  | { readonly email: string; readonly known?: string | undefined }
  | { readonly network: string };

/** At most so many wrong passwords in a window, which begins with its first attempt. */
export interface AttemptLimit {
  readonly failures: number;
  /** The length of a first window. After one in which at least half of the failures came, the next one is twice as long. */
  readonly seconds: number;
  readonly longest: number;
}

/** A counted attempt, and the end of its window. */
export interface Attempt {
  readonly subject: AttemptSubject;
  readonly windowEnds: Date;
}

export interface AttemptRefused {
  readonly windowEnds: Date;
  /** Some counted attempts are still being verified. A right password among them returns its slot. */
  readonly isUndecided: boolean;
}

/** Counts attempts to give a password. */
export interface LoginAttempts {
  /** Counts an attempt, or refuses it. One conditional write decides, so no more than the limit begin at once. */
  begin(subject: AttemptSubject, limit: AttemptLimit, now: Date): Promise<Attempt | AttemptRefused>;
  /** The password was wrong: the attempt stays counted. */
  fail(attempt: Attempt): Promise<void>;
  /** The password was right: the attempt no longer counts. */
  giveBack(attempt: Attempt): Promise<void>;
  /** Nothing is counted any more: the owner has proven that the address is theirs. */
  clear(subject: AttemptSubject): Promise<void>;
}

/** The devices on which a user was logged in with the password. Kept for 90 days, and hashed. */
export interface KnownDevices {
  /** The names that the account knows, hashed, in the order of the given ones. */
  knownOf(userId: string, names: readonly string[], now: Date): Promise<readonly string[]>;
  /** Notes where a user has logged in. Of two log-ins at once one may be forgotten. */
  remember(userId: string, names: readonly string[], now: Date): Promise<void>;
  /** A new password makes strangers of all devices. */
  forget(userId: string): Promise<void>;
}

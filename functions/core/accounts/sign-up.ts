import type { Audit } from '../audit/audit.ts';
import { LinkInvalid, WrongPassword } from '../errors.ts';
import { signUpLetter, takenLetter } from '../mail/letters.ts';
import type { Account, OwnAccount } from './account.ts';
import type { BreachDependencies } from './breaches.ts';
import { type CheckDependencies, type CredentialStore, ifMatching } from './check-password.ts';
import {
  countMail,
  LINK_SECONDS,
  type LinkClaim,
  type LinkDependencies,
  type LinkTokens,
  linkTo,
  mailUnseen,
  type SameAnswer,
} from './links.ts';
import type { PasswordHasher } from './passwords.ts';
import { chosenPassword, type Registration, taken, type UniqueField } from './register.ts';

/** An account that waits for the owner of its e-mail address. It claims nothing yet. */
export interface SignUp extends LinkClaim {
  readonly email: string;
  readonly username: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly passwordHash: string;
  readonly expiresAt: Date;
}

interface RequestDependencies
  extends BreachDependencies,
    SameAnswer,
    Pick<LinkDependencies, 'linkTokens' | 'mailer' | 'mails' | 'maxMails' | 'siteUrl' | 'now'> {
  readonly signUps: Pick<SignUpStore, 'takenOf' | 'add'>;
  readonly passwords: Pick<PasswordHasher, 'hash'>;
  readonly newId: () => string;
}

/**
 * Takes a sign-up, and mails a link that creates its account. The owner of an address that has an account already gets a mail that
 * says so. Neither the answer nor its time tells which. A username is no secret: the list of users has it.
 * @throws ValidationFailed with the fields at fault: a weak or mismatched password, a taken username
 * @throws TooManyMails, whether the address has an account or not
 */
export async function requestSignUp(
  dependencies: RequestDependencies,
  registration: Registration,
): Promise<void> {
  const { signUps, passwords, linkTokens, mailer, siteUrl, newId, now } = dependencies;
  const { email, username, firstName, lastName } = registration;
  const password = await chosenPassword(dependencies, registration);
  const others = await signUps.takenOf({ email, username }, now());
  if (others.includes('username')) throw taken(['username']);
  await countMail(dependencies, email);
  const passwordHash = await passwords.hash(password);
  await mailUnseen(dependencies, async (abortSignal) => {
    if (others.includes('email')) {
      await mailer.send(takenLetter({ to: email, link: `${siteUrl}/` }), abortSignal);
      return;
    }
    const userId = newId();
    const { token, hash } = linkTokens.issue(userId);
    const expiresAt = new Date(now().getTime() + LINK_SECONDS.verify * 1000);
    await signUps.add({ userId, hash, email, username, firstName, lastName, passwordHash, expiresAt });
    await mailer.send(signUpLetter({ to: email, link: linkTo(siteUrl, 'sign-up', token) }), abortSignal);
  });
}

interface Dependencies extends CheckDependencies {
  readonly signUps: Pick<SignUpStore, 'find' | 'confirm'>;
  readonly linkTokens: Pick<LinkTokens, 'read'>;
}

/**
 * Creates the account of a sign-up, by the link that was mailed to its address. It asks for the password, too. Otherwise somebody
 * could sign up with the address of another person, who opens the link and gets an account whose password is known to a stranger.
 * The same request again, after its answer was lost, has the same result.
 * @throws LinkInvalid for a link that was used, has expired, or never was, and if another account has the address by now
 * @throws WrongPassword, TooManyAttempts: the link still works
 * @throws ValidationFailed if another account has the username by now
 */
export async function confirmSignUp(
  dependencies: Dependencies,
  { token, password }: { readonly token: string; readonly password: string },
): Promise<Account> {
  const { signUps, linkTokens, audit, now } = dependencies;
  const claim = linkTokens.read(token);
  const signUp = claim && (await signUps.find(claim, now()));
  if (!signUp) throw new LinkInvalid();
  const account = accountOf(signUp, now());
  if (signUp.isUsed) return repeated(dependencies, account, password);
  const waiting = { ...dependencies, credentials: credentialsOf(signUp), audit: ofNobody(audit) };
  if (!(await matches(waiting, account, password))) throw new WrongPassword();
  const failed = await signUps.confirm(signUp, account, now());
  if (failed.length === 0) {
    audit.note({ event: 'registered', userId: account.id });
    return account;
  }
  // The same request may have won a race with itself.
  if (failed.includes('link')) return repeated(dependencies, account, password);
  throw failed.includes('email') ? new LinkInvalid() : taken(['username']);
}

/** The answer to a request that is sent again: it is for whoever has the password of the account. */
async function repeated(dependencies: Dependencies, account: OwnAccount, password: string): Promise<Account> {
  const credentials = onlyOf(account, dependencies.credentials);
  if (await matches({ ...dependencies, credentials }, account, password)) return account;
  throw new LinkInvalid();
}

/** The link has a count of its own: whoever guesses at the log-in does not keep its owner out. */
async function matches(dependencies: CheckDependencies, { id, email }: OwnAccount, password: string) {
  return (await ifMatching(dependencies, email, password, { sessionId: id })) !== undefined;
}

const accountOf = ({ userId, email, username, firstName, lastName }: SignUp, now: Date): OwnAccount => ({
  id: userId,
  email,
  emailVerifiedAt: now.toISOString(),
  username,
  firstName,
  lastName,
  staff: false,
  createdAt: now.toISOString(),
});

const credentialsOf = ({ userId, passwordHash }: SignUp): CredentialStore => ({
  credentialsOf: async () => ({ userId, passwordHash, changes: 0 }),
  // A link works for a day: its hash is as new as the link.
  replaceHash: async () => {},
});

/** The account may be deleted, and another one have its address by now. The link must not try, or log, anything there. */
const onlyOf = ({ id }: OwnAccount, credentials: CredentialStore): CredentialStore => ({
  ...credentials,
  async credentialsOf(email) {
    const found = await credentials.credentialsOf(email);
    return found?.userId === id ? found : undefined;
  },
});

/** Nobody has the account yet, so its log does not begin with the mistakes of somebody who may never have it. */
const ofNobody = (audit: Audit): Audit => ({
  note: (event) => audit.note({ ...event, userId: undefined }),
});

export interface SignUpStore {
  /** Which of these an account has. Strongly consistent. */
  takenOf(
    claims: { readonly email: string; readonly username: string },
    now: Date,
  ): Promise<readonly UniqueField[]>;
  add(signUp: SignUp): Promise<void>;
  /** A sign-up, used or not; undefined for one that has expired. Strongly consistent. */
  find(claim: LinkClaim, now: Date): Promise<(SignUp & { readonly isUsed: boolean }) | undefined>;
  /**
   * Uses the link and stores the account, its credentials and both unique claims, or nothing. Resolves to what failed: the link was
   * used or has expired, or another account has these fields. None means that it is stored.
   */
  confirm(signUp: SignUp, account: OwnAccount, now: Date): Promise<readonly (UniqueField | 'link')[]>;
}

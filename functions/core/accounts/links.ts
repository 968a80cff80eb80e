import { secondsUntil, TooManyMails } from '../errors.ts';
import { resetLetter, verificationLetter } from '../mail/letters.ts';
import { MAIL_SECONDS, type Mail, type MailCounter, type Mailer } from '../mail/mail.ts';

/** What a link in a mail does, once: it gives its account a new password, or confirms its e-mail address. */
export type LinkKind = 'reset' | 'verify';

/** The token of a link, and the hash to store. */
export interface IssuedLink {
  readonly token: string;
  readonly hash: string;
}

/** What a token claims, with its secret hashed. */
export interface LinkClaim {
  readonly userId: string;
  readonly hash: string;
}

export interface LinkTokens {
  issue(userId: string): IssuedLink;
  /** Undefined for a text that does not look like the token of a link. */
  read(token: string): LinkClaim | undefined;
}

export interface Link extends LinkClaim {
  readonly kind: LinkKind;
  /** The address that the mail went to. A link is void once its account has another one. */
  readonly email: string;
  /** How often the account had changed its password. A link to a new password is void after the next change. */
  readonly changes: number;
  readonly expiresAt: Date;
}

export interface LinkStore {
  add(link: Link): Promise<void>;
}

/**
 * Every answer to a request for a mail takes so long. To write a link and send a mail takes time, which would tell whether the
 * address has an account. A mail that is not sent by then is given up.
 */
export const ANSWER_MS = 1_500;

/** Seconds that a link works. */
export const LINK_SECONDS: Readonly<Record<LinkKind, number>> = { reset: 30 * 60, verify: 24 * 60 * 60 };

const LETTERS = { reset: resetLetter, verify: verificationLetter } as const;

export interface LinkDependencies {
  readonly links: LinkStore;
  readonly linkTokens: Pick<LinkTokens, 'issue'>;
  readonly mailer: Mailer;
  readonly mails: MailCounter;
  /** At most so many mails go to one address within {@link MAIL_SECONDS}. */
  readonly maxMails: number;
  /** The site's own address, from the deployment. What a request calls its host is never in a mail. */
  readonly siteUrl: string;
  readonly now: () => Date;
}

/**
 * Counts a mail to this address, whether it has an account or not.
 * @throws TooManyMails
 */
export async function countMail(
  { mails, maxMails, now }: Pick<LinkDependencies, 'mails' | 'maxMails' | 'now'>,
  email: string,
): Promise<void> {
  const windowEnds = await mails.count(email, { mails: maxMails, seconds: MAIL_SECONDS }, now());
  if (windowEnds) throw new TooManyMails(secondsUntil(windowEnds, now()));
}

export interface SameAnswer {
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly deadline: (milliseconds: number) => AbortSignal;
  /** Hears of a mail that could not be sent. The caller must not: it would tell them whether there is an account. */
  readonly onMailFailure: (error: unknown) => void;
}

/** Mails something, or nothing. Neither the result nor its time tells which. */
export async function mailUnseen(
  { wait, deadline, onMailFailure }: SameAnswer,
  mail: (abortSignal: AbortSignal) => Promise<void>,
): Promise<void> {
  const answer = wait(ANSWER_MS);
  try {
    await mail(deadline(ANSWER_MS));
  } catch (error) {
    onMailFailure(error);
  }
  await answer;
}

/**
 * The address of a page of the site that takes a token. Browsers send a fragment to no server. So the token stands in no log, and no
 * other site gets it as a referrer.
 */
export const linkTo = (siteUrl: string, page: LinkKind | 'sign-up', token: string): string =>
  `${siteUrl}/#/${page}/${token}`;

/** Stores a link and mails it to the owner of the account. */
export async function mailLink(
  { links, linkTokens, mailer, siteUrl, now }: LinkDependencies,
  kind: LinkKind,
  {
    userId,
    email,
    changes = 0,
  }: { readonly userId: string; readonly email: string; readonly changes?: number },
  abortSignal?: AbortSignal,
): Promise<void> {
  const { token, hash } = linkTokens.issue(userId);
  const expiresAt = new Date(now().getTime() + LINK_SECONDS[kind] * 1000);
  await links.add({ kind, userId, hash, email, changes, expiresAt });
  const mail: Mail = LETTERS[kind]({ to: email, link: linkTo(siteUrl, kind, token) });
  await mailer.send(mail, abortSignal);
}

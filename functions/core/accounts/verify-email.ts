import type { Audit } from '../audit/audit.ts';
import { LinkInvalid, SESSION_ENDED, TokenInvalid } from '../errors.ts';
import type { Account, ProfileStore } from './account.ts';
import { countMail, type LinkClaim, type LinkDependencies, type LinkTokens, mailLink } from './links.ts';

/** Whether the address has been shown to be the user's. That of another issuer's user is: only such an address is taken over. */
export function isEmailVerified({ email, emailVerifiedAt, issuer }: Account): boolean {
  return email !== undefined && (issuer !== undefined || emailVerifiedAt !== undefined);
}

/**
 * Mails a user the link that confirms their address. There is nothing to do if it is verified, or if there is none.
 * @throws TooManyMails
 */
export async function sendVerification(
  dependencies: LinkDependencies & { readonly profiles: ProfileStore },
  userId: string,
): Promise<void> {
  const account = await dependencies.profiles.profileOf(userId);
  if (!account) throw new TokenInvalid(SESSION_ENDED);
  const { email } = account;
  if (email === undefined || isEmailVerified(account)) return;
  await countMail(dependencies, email);
  await mailLink(dependencies, 'verify', { userId, email });
}

interface Dependencies {
  readonly links: VerificationStore;
  readonly linkTokens: Pick<LinkTokens, 'read'>;
  readonly audit: Audit;
  readonly now: () => Date;
}

/**
 * Notes that an address is verified, by the link that its owner got. Of two uses at once one succeeds.
 * @throws LinkInvalid for a link that was used, has expired, or never was
 */
export async function verifyEmail(
  { links, linkTokens, audit, now }: Dependencies,
  token: string,
): Promise<void> {
  const claim = linkTokens.read(token);
  if (!claim || !(await links.verify(claim, now()))) throw new LinkInvalid();
  audit.note({ event: 'email_verified', userId: claim.userId });
}

export interface VerificationStore {
  /**
   * Uses the link, and notes that the address is verified; all or nothing. False if the link was used or has expired, or if the
   * account is gone or has another address by now.
   */
  verify(claim: LinkClaim, now: Date): Promise<boolean>;
}

import type { Mail } from './mail.ts';

/** What a mail says. Its link is the site's own address and a token, so no part of it needs to be escaped. */
interface Letter {
  readonly subject: string;
  /** What its link does. */
  readonly action: string;
  readonly why: string;
  readonly otherwise: string;
}

interface Linked {
  readonly to: string;
  readonly link: string;
}

/** The mail with a link to a new password. */
export const resetLetter = (linked: Linked): Mail =>
  withLink(linked, {
    subject: 'Choose a new password',
    action: 'Choose a new password',
    why: 'Somebody, probably you, asked for a new password for your Parley account. The link works once, for 30 minutes.',
    otherwise:
      'If you did not ask for it, do nothing: your password stays as it is. Do not pass the link on. Whoever opens it can take over your account.',
  });

/** The mail with a link that confirms the address. */
export const verificationLetter = (linked: Linked): Mail =>
  withLink(linked, {
    subject: 'Confirm your e-mail address',
    action: 'Confirm this address',
    why: 'Somebody, probably you, has a Parley account with this e-mail address. The link confirms that the address is yours. It works once, for 24 hours.',
    otherwise: 'If you have no such account, do nothing.',
  });

/** The mail with a link that creates an account. */
export const signUpLetter = (linked: Linked): Mail =>
  withLink(linked, {
    subject: 'Confirm your sign-up',
    action: 'Confirm and create the account',
    why: 'Somebody, probably you, signed up for Parley with this e-mail address. The link creates the account. It works once, for 24 hours, and asks for the password that you chose.',
    otherwise: 'If you did not sign up, do nothing: no account is created.',
  });

/** The mail to the owner of an account whose address was used to sign up again. */
export const takenLetter = (linked: Linked): Mail =>
  withLink(linked, {
    subject: 'You have an account already',
    action: 'Log in',
    why: 'Somebody, probably you, tried to sign up for Parley with this e-mail address. You have an account with it already, so no new one is created.',
    otherwise: 'If it was not you, do nothing: your account stays as it is.',
  });

function withLink({ to, link }: Linked, { subject, action, why, otherwise }: Letter): Mail {
  return {
    to,
    subject,
    text: `Hello,\n\n${why}\n\n${action}:\n${link}\n\n${otherwise}\n`,
    html: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${subject}</title></head><body><p>Hello,</p><p>${why}</p><p><a href="${link}">${action}</a></p><p>${otherwise}</p></body></html>`,
  };
}

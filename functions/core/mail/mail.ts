/** A mail to one address: the same words as plain text and as HTML. Nothing in it was written by a user. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Sends mail. */
export interface Mailer {
  /**
   * Resolves once the mail is accepted. It may still not arrive.
   * @throws Unavailable while the service is down
   */
  send(mail: Mail, abortSignal?: AbortSignal): Promise<void>;
}

/** The mails to one address are counted within so many seconds. */
export const MAIL_SECONDS = 60 * 60;

/** Counts the mails to an address. */
export interface MailCounter {
  /** Counts one more, or tells when the window ends if the limit is reached. */
  count(
    email: string,
    limit: { readonly mails: number; readonly seconds: number },
    now: Date,
  ): Promise<Date | undefined>;
}

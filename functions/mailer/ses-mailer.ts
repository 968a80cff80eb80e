import { BadRequestException, SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { patience, tellingOutages } from '../aws/outages.ts';
import type { Mailer } from '../core/mail/mail.ts';

/** SES answers within some 100 ms. A user waits for this. */
const REQUEST_TIMEOUT_MS = 1_000;
const CONNECT_TIMEOUT_MS = 500;

/** Opens Amazon SES, with the SDK's own region, credentials and endpoint. */
export function openMailService(): SESv2Client {
  const client = new SESv2Client({
    maxAttempts: 2,
    requestHandler: patience({ requestTimeout: REQUEST_TIMEOUT_MS, connectionTimeout: CONNECT_TIMEOUT_MS }),
  });
  return tellingOutages(client);
}

/** One address in printable ASCII, without any character that separates or quotes addresses in a header (RFC 5322 §3.4). */
const ONE_ADDRESS = /^(?!.*[,;:<>()[\]\\" ])[\x21-\x7e]+@[\x21-\x7e]+$/;

/**
 * Mail by Amazon SES. SES itself makes and encodes the headers of a message that it gets in parts, so no line break in a part can
 * become a header. SES refuses some addresses that browsers take, such as `a..b@c`. As at an address without a mailbox, nobody gets
 * the mail, and that is no fault of the service: otherwise anybody could raise its alarm.
 * @param onRefused hears of such an address
 */
export function sesMailer(
  client: SESv2Client,
  from: string,
  onRefused: (error: BadRequestException) => void,
): Mailer {
  return {
    async send({ to, subject, text, html }, abortSignal) {
      if (!ONE_ADDRESS.test(to)) throw new Error('a mail must go to exactly one address');
      const part = (Data: string) => ({ Data, Charset: 'UTF-8' });
      const command = new SendEmailCommand({
        FromEmailAddress: from,
        Destination: { ToAddresses: [to] },
        Content: { Simple: { Subject: part(subject), Body: { Text: part(text), Html: part(html) } } },
      });
      try {
        await client.send(command, abortSignal ? { abortSignal } : {});
      } catch (error) {
        if (!(error instanceof BadRequestException)) throw error;
        onRefused(error);
      }
    },
  };
}

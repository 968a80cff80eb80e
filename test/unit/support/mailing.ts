import { linkTokens } from '../../../functions/auth/link-tokens.ts';
import type { Mail } from '../../../functions/core/mail/mail.ts';
import { mailCounter } from '../../../functions/storage/counters.ts';
import type { Table } from '../../../functions/storage/table.ts';
import type { FrozenClock } from './clock.ts';

/** What requests for mails need, over this table: the mails that were sent, and the errors of those that were not. */
export function mailing(table: Table, clock: FrozenClock) {
  const mails: Mail[] = [];
  const failures: unknown[] = [];
  return {
    mails,
    failures,
    dependencies: {
      linkTokens: linkTokens(countingBytes()),
      mailer: { send: async (mail: Mail) => void mails.push(mail) },
      mails: mailCounter(table),
      maxMails: 5,
      siteUrl: 'https://chat.example',
      onMailFailure: (error: unknown) => void failures.push(error),
      deadline: clock.deadline,
    },
  };
}

/** Bytes that count up, so that each secret is another one. */
function countingBytes() {
  let next = 0;
  return (size: number) => Buffer.alloc(size, ++next);
}

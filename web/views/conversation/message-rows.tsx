import type { Conversation, Message } from '@parley/client';
import { now } from '../../state/clock.ts';
import { dayName, locale } from '../../state/times.ts';
import { texts } from '../../texts.ts';
import { MessageRow } from './message-row.tsx';
import { rowsOf } from './rows.ts';

const said = texts.conversation;

interface Props {
  readonly talk: Conversation;
  readonly messages: readonly Message[];
  readonly username: string;
  readonly unreadFrom?: number | undefined;
}

/** The messages, with the days between them and the line before what is new. */
export function MessageRows({ talk, messages, username, unreadFrom }: Props) {
  return (
    <>
      {rowsOf(messages, unreadFrom).map((row) => {
        switch (row.kind) {
          case 'day':
            return (
              <li key={row.key} class="day">
                <span lang={locale()}>{dayName(row.at, now.value)}</span>
              </li>
            );
          case 'unread':
            return (
              <li key={row.key} class="unread-from">
                <span>{said.unread}</span>
              </li>
            );
          default: {
            const sender = row.message.isOwn ? said.own : username;
            return <MessageRow key={row.key} row={row} sender={sender} talk={talk} />;
          }
        }
      })}
    </>
  );
}

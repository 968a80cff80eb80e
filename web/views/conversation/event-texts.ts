import type { GroupEvent, Message } from '@parley/client';
import { texts } from '../../texts.ts';
import type { Names } from './names.ts';

const words = texts.groups;

/** What happened to a group, in a sentence. */
export function eventText({ senderId, event }: Pick<Message, 'senderId' | 'event'>, names: Names): string {
  const { type, title = '', users = [], role } = event ?? {};
  const who = names.of(senderId);
  const whom = words.list(users.map((id) => (id === names.ownId ? words.you : names.of(id))));
  switch (type) {
    case 'created':
      return words.events.created(who, title);
    case 'joined':
      return words.events.joined(who, whom);
    case 'left':
      return words.events.left(who);
    case 'removed':
      return words.events.removed(who, whom);
    case 'renamed':
      return words.events.renamed(who, title);
    case 'role':
      return ROLES[role ?? '']?.(who, whom) ?? words.events.other;
    default:
      return words.events.other;
  }
}

/** A newer server may have further roles. */
const ROLES: Readonly<Record<string, (who: string, users: string) => string>> = {
  owner: words.events.owner,
  moderator: words.events.moderator,
  member: words.events.member,
  reader: words.events.reader,
};

/** The same where no names are known. */
export function briefEventText({ type, title = '' }: GroupEvent): string {
  switch (type) {
    case 'created':
      return words.brief.created;
    case 'joined':
      return words.brief.joined;
    case 'left':
      return words.brief.left;
    case 'removed':
      return words.brief.removed;
    case 'renamed':
      return words.brief.renamed(title);
    case 'role':
      return words.brief.role;
    default:
      return words.events.other;
  }
}

import type { GroupEvent, Message } from '@parley/client';
import { texts } from '../../texts.ts';
import type { Names } from './names.ts';

const words = texts.groups;

/** What happened to a group, in a sentence. */
export function eventText({ senderId, event }: Pick<Message, 'senderId' | 'event'>, names: Names): string {
  const { type, title = '', users = [], role, fields = [] } = event ?? {};
  const who = names.of(senderId);
  const whom = words.list(users.map((id) => (id === names.ownId ? words.you : names.of(id))));
  switch (type) {
    case 'created':
      return words.events.created(who, title);
    case 'joined':
      return isAlone(users, senderId) ? words.events.joinedByLink(who) : words.events.joined(who, whom);
    case 'left':
      return words.events.left(who);
    case 'removed':
      return words.events.removed(who, whom);
    case 'renamed':
      return words.events.renamed(who, title);
    case 'changed':
      return fields.length > 0 ? words.events.changed(who, listOf(fields, title)) : words.events.other;
    case 'dissolved':
      return words.events.dissolved(who);
    case 'role':
      return ROLES[role ?? '']?.(who, whom) ?? words.events.other;
    default:
      return words.events.other;
  }
}

/** Whoever joins by a link does it themselves. */
const isAlone = (users: readonly string[], senderId: string) => users.length === 1 && users[0] === senderId;

/** A newer server may have further fields. */
const listOf = (fields: readonly string[], title: string): string =>
  words.list(
    fields.map((field) =>
      field === 'title' ? words.fields.title(title) : (FIELDS[field] ?? words.fields.other),
    ),
  );

const FIELDS: Readonly<Record<string, string>> = {
  description: words.fields.description,
  picture: words.fields.picture,
  who: words.fields.who,
};

/** A newer server may have further roles. */
const ROLES: Readonly<Record<string, (who: string, users: string) => string>> = {
  owner: words.events.owner,
  moderator: words.events.moderator,
  member: words.events.member,
  reader: words.events.reader,
};

/** The same where no names are known. */
export function briefEventText({ type, title = '', users = [] }: GroupEvent, senderId: string): string {
  switch (type) {
    case 'created':
      return words.brief.created;
    case 'joined':
      return isAlone(users, senderId) ? words.brief.joinedByLink : words.brief.joined;
    case 'left':
      return words.brief.left;
    case 'removed':
      return words.brief.removed;
    case 'renamed':
      return words.brief.renamed(title);
    case 'dissolved':
      return words.brief.dissolved;
    case 'role':
      return words.brief.role;
    default:
      return words.events.other;
  }
}

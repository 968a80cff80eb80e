import {
  type Conversation,
  isGroupId,
  type OwnConversation,
  pairById,
} from '../../../functions/core/conversations/conversation.ts';
import { groupOf, ownGroup, type Roster } from '../../../functions/core/conversations/roster.ts';
import type { Message } from '../../../functions/core/messages/message.ts';
import { conversationPartition, rosterKey } from '../../../functions/storage/keys.ts';
import { toRoster } from '../../../functions/storage/rosters.ts';
import type { Written } from '../../support/table/state.ts';

/** A version of a roster, from this moment on. */
interface Version {
  readonly roster: Roster;
  readonly moment: number;
}

/** A time in which a user was in a group, by the entries of the log that tell of it. */
interface Stay {
  /** The first message that they may see. */
  readonly from: number;
  /** `seq` of the entry by which they came. */
  readonly joined: number;
  /** `seq` of the entry by which they went. They may see it, as the last one. */
  left: number | undefined;
}

/** Every version that each group's roster has had in the table, and who was in the group by what the log tells. */
export class Rosters {
  readonly #versions = new Map<string, Version[]>();
  readonly #stays = new Map<string, Map<string, Stay[]>>();
  readonly #events = new Map<string, Message[]>();

  get ids(): readonly string[] {
    return [...this.#versions.keys()];
  }

  /** A roster is stored a moment before the entry that tells of it. That of a dissolved group is emptied in the end, which is no version. */
  readonly add = ({ key: { pk }, after }: Written, moment: number): void => {
    if (!after) return;
    const id = pk.slice(conversationPartition('').length);
    const roster = toRoster(id, after);
    const isForgotten = roster.members.length === 0 && this.conversation(id).members.length === 0;
    if (!isForgotten) this.#versions.set(id, [...(this.#versions.get(id) ?? []), { roster, moment }]);
  };

  /** Follows the log: who comes, and who goes. */
  readonly follow = (entry: Message): void => {
    const { conversation, seq, event } = entry;
    if (!event) return;
    this.#events.set(conversation, [...this.events(conversation), entry]);
    if (event.type === 'dissolved') {
      for (const stays of this.#stays.get(conversation)?.values() ?? []) {
        const last = stays.at(-1);
        if (last) last.left ??= seq;
      }
    }
    if (!('users' in event)) return;
    for (const userId of event.users) {
      const stays = this.#staysOf(conversation, userId);
      if (event.type === 'left' || event.type === 'removed') {
        const last = stays.at(-1);
        if (last) last.left ??= seq;
      } else if (event.type === 'created' || event.type === 'joined') {
        const from = this.roster(conversation)?.history === 'all' ? 1 : seq;
        stays.push({ from, joined: seq, left: undefined });
      }
    }
  };

  #staysOf(group: string, userId: string): Stay[] {
    const ofGroup = this.#stays.get(group) ?? new Map<string, Stay[]>();
    this.#stays.set(group, ofGroup);
    const stays = ofGroup.get(userId) ?? [];
    ofGroup.set(userId, stays);
    return stays;
  }

  /** The entries of a group's log that tell what happened to it, in order. */
  events(group: string): readonly Message[] {
    return this.#events.get(group) ?? [];
  }

  /** The entries of those who came by an invitation: nobody else can add themselves. */
  joinedByLink(group: string): readonly Message[] {
    return this.events(group).filter(
      ({ senderId, event }) => event?.type === 'joined' && event.users.includes(senderId),
    );
  }

  /** By the last that the log tells of a user, others have removed them. */
  wasRemoved(userId: string, group: string): boolean {
    const last = this.events(group).findLast(
      ({ event }) => event && 'users' in event && event.users.includes(userId),
    );
    return last?.event?.type === 'removed';
  }

  versions(group: string): readonly Roster[] {
    return (this.#versions.get(group) ?? []).map(({ roster }) => roster);
  }

  roster(group: string): Roster | undefined {
    return this.#versions.get(group)?.at(-1)?.roster;
  }

  /** The conversation with the members that it has now. */
  readonly conversation = (id: string): Conversation => {
    const roster = this.roster(id);
    return roster ? groupOf(roster) : (pairById(id) as Conversation);
  };

  /** Of a pair: always. */
  isIn(userId: string, conversation: string): boolean {
    return this.conversation(conversation).members.includes(userId);
  }

  /** The versions that stood at some time since a moment. Undefined: at first there was no group. */
  since(group: string, moment: number): readonly (Roster | undefined)[] {
    const versions = this.#versions.get(group) ?? [];
    const found = versions.filter((_, i) => (versions[i + 1]?.moment ?? Number.POSITIVE_INFINITY) > moment);
    return [
      ...((found[0]?.moment ?? Number.POSITIVE_INFINITY) > moment ? [undefined] : []),
      ...found.map(({ roster }) => roster),
    ];
  }

  /** What a user was in a group at some time since a moment. Undefined: they were not in it. */
  partsSince(userId: string, group: string, moment: number): readonly (OwnConversation | undefined)[] {
    return this.since(group, moment).map((roster) => roster && ownGroup(roster, userId));
  }

  /** What a user is in a group. */
  partOf(userId: string, group: string): OwnConversation | undefined {
    const roster = this.roster(group);
    return roster && ownGroup(roster, userId);
  }

  /** The user was in it all the time since a moment. Of a pair: always. */
  wasIn(userId: string, conversation: string, moment: number): boolean {
    return !isGroupId(conversation) || !this.partsSince(userId, conversation, moment).includes(undefined);
  }

  /** The present stay of a user in a group. */
  stayOf(userId: string, group: string): Stay | undefined {
    return this.#staysOf(group, userId).findLast(({ left }) => left === undefined);
  }

  /** Whether a user has ever been in it. */
  wasEverIn(userId: string, conversation: string): boolean {
    if (!isGroupId(conversation)) return pairById(conversation)?.members.includes(userId) ?? false;
    return this.#staysOf(conversation, userId).length > 0;
  }

  /** Whether a log may begin with this message, for this user. */
  beginsAt(userId: string, conversation: string, seq: number): boolean {
    return isGroupId(conversation)
      ? this.#staysOf(conversation, userId).some(({ from }) => from === seq)
      : seq === 1;
  }

  /** In a group, nobody sees what was said before they joined, unless it shows all to all, nor after they left. */
  maySee(userId: string, conversation: string, seq: number): boolean {
    if (!isGroupId(conversation)) return true;
    return this.#staysOf(conversation, userId).some(
      ({ from, left = Number.POSITIVE_INFINITY }) => from <= seq && seq <= left,
    );
  }
}

export const isRoster = ({ key: { pk, sk } }: Written): boolean =>
  sk === rosterKey('').sk && pk.startsWith(conversationPartition(''));

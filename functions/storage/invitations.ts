import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type {
  Invitation,
  InvitationList,
  InvitationStore,
  InvitationsChange,
} from '../core/invitations/invitation.ts';
import { invitationsKey } from './keys.ts';
import { fromEpochSeconds, type Item, ifVersion, isWritten, type Table, toEpochSeconds } from './table.ts';

/** A list, because the item is billed by its size: the names of 20 maps would double it. */
type StoredInvitation = readonly [
  id: string,
  by: number,
  role: Invitation['role'],
  ends: number,
  maxUses: number,
  uses: number,
];

/**
 * The invitations of a group: one item, so that their number and their uses are bounded by its version. DynamoDB deletes it some
 * time after the last one has expired.
 */
export function invitationStore({ client, name }: Table): InvitationStore {
  return {
    async list(conversation) {
      const { Item } = await client.send(
        new GetCommand({ TableName: name, Key: invitationsKey(conversation), ConsistentRead: true }),
      );
      return Item && toList(Item);
    },

    replace: (conversation, change) =>
      isWritten(client.send(new PutCommand({ TableName: name, ...replacing(conversation, change) }))),
  };
}

/** The put that replaces the invitations of a group, if nobody else has changed them since. */
export function replacing(conversation: string, { before, after }: InvitationsChange) {
  return { Item: { ...invitationsKey(conversation), ...fromList(after) }, ...ifVersion(before?.version) };
}

function fromList({ version, endsAt, invitations }: InvitationList): Item {
  const stored = invitations.map(
    ({ id, by, role, expiresAt, maxUses, uses }): StoredInvitation => [
      ...([id, by, role, toEpochSeconds(expiresAt), maxUses, uses] as const),
    ],
  );
  return { version, ttl: toEpochSeconds(endsAt), invitations: stored };
}

function toList(item: Item): InvitationList {
  const stored = item.invitations as readonly StoredInvitation[];
  return {
    version: item.version as number,
    endsAt: fromEpochSeconds(item.ttl as number),
    invitations: stored.map(([id, by, role, ends, maxUses, uses]) => ({
      ...{ id, by, role, maxUses, uses },
      expiresAt: fromEpochSeconds(ends),
    })),
  };
}

import { hexOf, idOfHex } from '../core/ids.ts';
import type { InvitationTokens } from '../core/invitations/invitation.ts';
import { hashOf } from './secrets.ts';

const ID_BYTES = 16;
const SECRET_BYTES = 16;
/** 32 bytes in base64url. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
/** 132 bits of the secret's hash: as many as the secret has. */
const ID_LENGTH = 22;

/** The token of an invitation is the id of its group and a secret of 128 bits. The table has a part of the secret's hash alone. */
export function invitationTokens(randomBytes: (size: number) => Buffer): InvitationTokens {
  return {
    issue(conversation) {
      const group = Buffer.from(hexOf(conversation), 'hex');
      const token = Buffer.concat([group, randomBytes(SECRET_BYTES)]);
      return { token: token.toString('base64url'), id: idOf(token) };
    },
    read(text) {
      const token = Buffer.from(TOKEN.test(text) ? text : '', 'base64url');
      // The last character has two bits that mean nothing: only one of four spellings is the token.
      if (token.toString('base64url') !== text || text === '') return undefined;
      return { conversation: groupOf(token), id: idOf(token) };
    },
  };
}

const groupOf = (token: Buffer): string => idOfHex(token.toString('hex', 0, ID_BYTES));

function idOf(token: Buffer): string {
  return hashOf(token.toString('base64url', ID_BYTES)).slice(0, ID_LENGTH);
}

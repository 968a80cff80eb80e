import * as z from 'zod/mini';
import { meta } from 'zod/v4/core';
import { LOWEST_ROLES, ROLES } from '../core/conversations/rights.ts';
import { MAX_FIRST_MEMBERS } from '../core/conversations/roster.ts';
import { INVITED_ROLES } from '../core/invitations/invitation.ts';
import { characters, nameOf, userId } from './fields.ts';

const title = nameOf(100);

const role = z.enum(ROLES);

/** The creator is one more. */
const firstMembers = z.array(userId).check(
  z.maxLength(MAX_FIRST_MEMBERS),
  z.refine((ids) => new Set(ids).size === ids.length, 'Must name each user once.'),
);

/** `POST /conversations/` */
export const groupRequest = z.strictObject({
  kind: z.literal('group'),
  title,
  members: firstMembers,
  history: z.optional(z.enum(['all', 'since_joining'])),
  key: z.optional(characters({ min: 1, max: 100 })),
});

/** So that a value has one fault only. */
const unlessWrong = {
  when: ({ issues }: { readonly issues: readonly unknown[] }) => issues.length === 0,
};

/** All but the control characters other than line breaks. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: It is what it looks for.
const LINES = /^[^\u0000-\u0009\u000B\u000C\u000E-\u001F\u007F-\u009F]*$/;

const description = characters({ max: 500 }).check(
  z.regex(LINES, 'Must not contain control characters other than line breaks.'),
);

/** An address in the characters of RFC 3986, or nothing. */
const PICTURE = /^(?:https:\/\/[A-Za-z0-9._~:/?#[\]@!$&'()*+,;=%-]+)?$/;

const NO_ADDRESS = 'Must be the address of a picture, with https.';

const picture = characters({ max: 500 }).check(
  z.regex(PICTURE, NO_ADDRESS),
  z.refine((text) => text === '' || URL.canParse(text), { ...unlessWrong, error: NO_ADDRESS }),
);

/** An object in which nothing is asked for is a mistake of the client. */
const notEmpty = <T extends object>() =>
  z.refine<T>((value) => Object.keys(value).length > 0, {
    ...unlessWrong,
    error: 'Must have at least one field.',
  });

const lowest = z.optional(z.enum(LOWEST_ROLES));

const who = z
  .strictObject({ write: lowest, add: lowest, rename: lowest })
  .check(notEmpty(), meta({ minProperties: 1 }));

/** `PATCH /conversations/{conversation}/` */
export const settingsRequest = z
  .strictObject({
    title: z.optional(title),
    description: z.optional(description),
    picture: z.optional(picture),
    who: z.optional(who),
  })
  .check(notEmpty(), meta({ minProperties: 1 }));

/** `PUT /conversations/{conversation}/members/{user_id}/` */
export const memberRequest = z.strictObject({ role: z.optional(role) });

/** An invitation works for 5 minutes to 30 days, and for 1,000 people at most. */
const MIN_INVITATION_SECONDS = 5 * 60;
const MAX_INVITATION_SECONDS = 30 * 24 * 60 * 60;
const MAX_INVITATION_USES = 1_000;

/** `POST /conversations/{conversation}/invitations/` */
export const invitationRequest = z.strictObject({
  expires_in: z.optional(z.int().check(z.minimum(MIN_INVITATION_SECONDS), z.maximum(MAX_INVITATION_SECONDS))),
  max_uses: z.optional(z.int().check(z.minimum(1), z.maximum(MAX_INVITATION_USES))),
  role: z.optional(z.enum(INVITED_ROLES)),
});

/** `POST /invitations/preview/` and `POST /invitations/join/`: logs have the paths of requests, and never their bodies. */
export const invitedRequest = z.strictObject({ token: characters({ min: 1, max: 100 }) });

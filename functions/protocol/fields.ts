import * as z from 'zod/mini';
import { meta } from 'zod/v4/core';
import { foldId } from '../core/ids.ts';
import { type Custom, customBytes, MAX_CUSTOM_BYTES, MAX_CUSTOM_DEPTH } from '../core/messages/custom.ts';
import { MAX_MENTIONS } from '../core/messages/mentions.ts';
import { isDeeperThan } from './json-body.ts';
import { isBlank, isLonger, isShorter, MAX_MESSAGE_LENGTH, TEXT_FAULTS, textFault } from './text.ts';

/** The lengths that a field may have, in characters. */
interface Lengths {
  readonly min?: number;
  readonly max: number;
}

/**
 * A text of a limited number of characters. Zod itself counts UTF-16 units, of which an emoji has two. The lengths go
 * into the JSON Schema, which tests compare with the contract.
 */
export function characters({ min = 0, max }: Lengths) {
  return z.string().check(
    z.check(({ value: input, issues }) => {
      const bound = { origin: 'string', input, inclusive: true, continue: true } as const;
      if (isShorter(input, min)) issues.push({ ...bound, code: 'too_small', minimum: min });
      if (isLonger(input, max)) issues.push({ ...bound, code: 'too_big', maximum: max });
    }),
    meta({ ...(min > 0 && { minLength: min }), maxLength: max }),
  );
}

/** The characters of the category Cc, spelled out: not every reader of openapi.yaml knows `\p`. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: It is what it looks for.
const NO_CONTROLS = /^[^\u0000-\u001F\u007F-\u009F]*$/;

/** A name that people can read. */
export const nameOf = (most: number) =>
  characters({ min: 1, max: most }).check(
    z.regex(NO_CONTROLS, 'Must not contain control characters.'),
    z.refine((text) => text === '' || !isBlank(text), 'Must not be blank.'),
  );

/** The id of a user, in any letter case. */
export const userId = z.pipe(characters({ max: 100 }), z.transform(foldId));

const conversationId = characters({ min: 1, max: 100 });

/** The id of a conversation, in any letter case. */
export const conversation = z.pipe(conversationId, z.transform(foldId));

export const seq = z.int().check(z.minimum(0));

/** `seq` of the message that another one answers. */
export const replyTo = z.int().check(z.minimum(1));

/** Whom a message mentions: users by their ids, or all members, or both. */
export const mentions = z
  .object({
    users: z.optional(
      z.array(userId).check(
        z.minLength(1),
        z.maxLength(MAX_MENTIONS),
        z.refine((ids) => new Set(ids).size === ids.length, 'Name each user once.'),
      ),
    ),
    all: z.optional(z.literal(true)),
  })
  .check(
    z.refine(
      ({ users, all }) => users !== undefined || all !== undefined,
      'Name `users`, or set `all` to true.',
    ),
  );

/** The product's own data of a message. A schema of its names would drop `__proto__`, which is a name like any other. */
export const custom = z.pipe(
  z.unknown().check(
    z.check(({ value: input, issues }) => {
      const message = customFault(input);
      if (message !== undefined) issues.push({ code: 'custom', message, input });
    }),
    meta({ type: 'object' }),
  ),
  z.transform((value: unknown) => value as Custom),
);

function customFault(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'Must be an object.';
  if (isDeeperThan(value, MAX_CUSTOM_DEPTH)) return `Must be nested at most ${MAX_CUSTOM_DEPTH} levels deep.`;
  if (customBytes({ custom: value as Custom }) > MAX_CUSTOM_BYTES) {
    return `Must have at most ${MAX_CUSTOM_BYTES} bytes of JSON.`;
  }
  // JSON can write a number that no double can hold. It would be stored as null.
  return hasInfinite(value) ? 'Must not have numbers out of range.' : undefined;
}

function hasInfinite(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasInfinite);
}

/** An emoji of several parts, such as a family with skin tones, has some 40 UTF-16 units at most. */
const MAX_EMOJI_LENGTH = 64;

/** A text symbol such as U+2764 is an emoji only with this behind it (UTS 51, ED-9a). */
const AS_EMOJI = '\ufe0f';

/**
 * One emoji that is recommended for general interchange (UTS 51, ED-27). Keyboards leave the variation selector out at times: with
 * and without it is the same emoji.
 */
export const emoji = z.pipe(
  z.string().check(z.maxLength(MAX_EMOJI_LENGTH)),
  z.pipe(
    z.transform((text: string) => (isEmoji(text + AS_EMOJI) ? text + AS_EMOJI : text)),
    z.string().check(z.refine(isEmoji, 'Must be one emoji.')),
  ),
);

function isEmoji(text: string): boolean {
  return /^\p{RGI_Emoji}$/v.test(text);
}

/** Of a message: 1 as written, one more with each edit. */
export const version = z.int().check(z.minimum(1));

/** What a client holds of a conversation: a bare `seq` if it does not follow changes. */
const held = z.union([seq, z.object({ seq, change: seq })]);

interface HeldConversation {
  readonly seq: number;
  readonly change?: number | undefined;
}

/**
 * The last `seq` held of each conversation, and its change. If a conversation is named twice, in different letter cases, the
 * lower numbers count.
 */
export const heldConversations = (most: number) =>
  z.pipe(
    z
      .record(conversationId, held)
      .check(
        z.refine((all) => Object.keys(all).length <= most, `At most ${most} at a time; ask again for more.`),
      ),
    z.transform((all: Record<string, z.output<typeof held>>) => {
      const folded = new Map<string, HeldConversation>();
      for (const [id, one] of Object.entries(all)) {
        const given: HeldConversation = typeof one === 'number' ? { seq: one } : one;
        const known = folded.get(foldId(id)) ?? given;
        folded.set(foldId(id), { seq: Math.min(known.seq, given.seq), change: lower(known, given) });
      }
      return Object.fromEntries(folded);
    }),
  );

function lower(one: HeldConversation, other: HeldConversation): number | undefined {
  const known = [one.change, other.change].filter((change) => change !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** An access token: a JWS in its compact form (RFC 7515 §7.1). */
export const accessToken = z.string().check(z.maxLength(4096), z.regex(/^[\w.-]+$/));

/** The text of a message. */
export const messageText = z.string().check(
  z.check(({ value: input, issues }) => {
    const fault = textFault(input);
    if (fault) issues.push({ code: 'custom', message: `The text ${TEXT_FAULTS[fault]}`, input });
  }),
  meta({ minLength: 1, maxLength: MAX_MESSAGE_LENGTH }),
);

import * as z from 'zod/mini';
import { CLIENT_ID } from '../core/ids.ts';
import type { NewMessage } from '../core/messages/append.ts';
import { MAX_CUSTOM_DEPTH } from '../core/messages/custom.ts';
import { custom, mentions, messageText, replyTo, seq } from './fields.ts';
import { isDeeperThan } from './json-body.ts';

/** In one frame or request. */
export const MAX_MESSAGES = 20;

/**
 * Of the texts, mentions and own data of one frame or request, as JSON. The frame that tells them to other devices adds some 6 KB, and API Gateway's limit
 * is 32 KB.
 */
export const MAX_MESSAGES_BYTES = 24 * 1024;

export const clientId = z.pipe(
  z.string().check(z.regex(CLIENT_ID, 'Must be a UUID.')),
  z.transform((text: string) => text.toLowerCase()),
);

const newMessage = z.object({
  client_id: clientId,
  text: messageText,
  reply_to: z.optional(replyTo),
  mentions: z.optional(mentions),
  custom: z.optional(custom),
  read: z.optional(seq),
});

/** A value of a message, which may be malformed. */
const valuesOf = (list: unknown, name: 'client_id' | 'text'): readonly string[] =>
  (Array.isArray(list) ? list : []).flatMap((one) => (typeof one?.[name] === 'string' ? one[name] : []));

/** The same of the objects that it may have. Deeper ones are refused, and would be too deep to be written as JSON. */
const objectsOf = (list: unknown, name: 'mentions' | 'custom'): readonly object[] =>
  (Array.isArray(list) ? list : [])
    .flatMap((one) => one?.[name] ?? [])
    .filter((one) => !isDeeperThan(one, MAX_CUSTOM_DEPTH));

/** Also while single messages are malformed, so that one answer names all faults. */
const always = { when: () => true };

/** Several messages, which are stored one behind the other. */
export const newMessages = z.array(newMessage).check(
  z.minLength(1),
  z.maxLength(MAX_MESSAGES),
  z.refine(
    (list) => {
      const ids = valuesOf(list, 'client_id').map((id) => id.toLowerCase());
      return new Set(ids).size === ids.length;
    },
    { ...always, error: 'Each message must have a `client_id` of its own.' },
  ),
  z.refine(
    (list) => {
      const given = [...valuesOf(list, 'text'), ...objectsOf(list, 'mentions'), ...objectsOf(list, 'custom')];
      const bytes = given.map((one) => Buffer.byteLength(JSON.stringify(one)));
      return bytes.reduce((sum, one) => sum + one, 0) <= MAX_MESSAGES_BYTES;
    },
    {
      ...always,
      error: `The texts, mentions and own data must have at most ${MAX_MESSAGES_BYTES} bytes of JSON together.`,
    },
  ),
);

/** Checks that an input has either `messages`, or all of the fields of a single message. */
export function oneOrSeveral<T extends { readonly messages?: unknown }>(
  single: readonly (keyof T & string)[],
) {
  return z.check<T>(({ value, issues }) => {
    const given = single.filter((name) => value[name] !== undefined);
    if (value.messages === undefined) {
      for (const name of single.filter((one) => !given.includes(one))) {
        issues.push({ code: 'custom', path: [name], message: 'This field is required.', input: undefined });
      }
    } else if (given.length > 0) {
      const names = single.map((name) => `\`${name}\``).join(' and ');
      const message = `Send either ${names}, or \`messages\`.`;
      issues.push({ code: 'custom', path: ['messages'], message, input: value.messages });
    }
  });
}

/** What a client gives of a message, in a frame of its own or among others. */
type GivenMessage = {
  readonly [N in keyof z.output<typeof newMessage>]?: z.output<typeof newMessage>[N] | undefined;
};

export function toNewMessage({
  text = '',
  client_id: clientId,
  reply_to: replyTo,
  mentions,
  custom,
  read,
}: GivenMessage): NewMessage {
  return { text, clientId, replyTo, mentions, custom, read };
}

/** @param read what counts as read with those that do not say it themselves */
export function toNewMessages(
  messages: z.output<typeof newMessages>,
  read: number | undefined,
): readonly NewMessage[] {
  return messages.map((one) => toNewMessage({ ...one, read: one.read ?? read }));
}

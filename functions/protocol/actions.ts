import * as z from 'zod/mini';
import { CLIENT_ID } from '../core/ids.ts';
import { BadFrame } from './errors.ts';
import { conversation, heldSeqs, messageText, seq, userId } from './fields.ts';
import type { FrameFields } from './frames.ts';
import { validate } from './validate.ts';

export const MAX_WATCHED = 50;
/** A `sync` asks for at most so many conversations. A client with more asks again. */
export const MAX_SYNCED = 50;

const clientId = z.pipe(
  z.string().check(z.regex(CLIENT_ID, 'Must be a UUID.')),
  z.transform((text: string) => text.toLowerCase()),
);

/** To the millisecond, as in the inbox: times are compared as texts. */
const time = z.pipe(
  z.iso.datetime(),
  z.transform((text: string) => new Date(text).toISOString()),
);

export const MAX_MESSAGES = 20;

/**
 * In bytes of the messages as JSON. The frame that tells them to other devices has as many again of its own, and must not exceed
 * API Gateway's 32 KB.
 */
export const MAX_MESSAGES_BYTES = 24 * 1024;

const newMessage = z.object({ client_id: clientId, text: messageText, read: z.optional(seq) });

const messages = z.array(newMessage).check(
  z.minLength(1),
  z.maxLength(MAX_MESSAGES),
  z.refine(
    (list) => new Set(list.map(({ client_id }) => client_id)).size === list.length,
    'Each message must have a `client_id` of its own.',
  ),
  z.refine(
    (list) =>
      list.reduce((sum, { text }) => sum + Buffer.byteLength(JSON.stringify(text)), 0) <= MAX_MESSAGES_BYTES,
    `The texts must have at most ${MAX_MESSAGES_BYTES} bytes of JSON together.`,
  ),
);

/** The frames of a device, by `action`. Unknown fields are ignored. */
export const actionSchemas = {
  'message.send': z
    .object({
      to: z.optional(userId),
      conversation: z.optional(conversation),
      text: z.optional(messageText),
      client_id: z.optional(clientId),
      messages: z.optional(messages),
      after: z.optional(seq),
      read: z.optional(seq),
    })
    .check(
      z.refine(({ to, conversation }) => (to === undefined) !== (conversation === undefined), {
        error: 'Either `to` or `conversation` is required.',
        path: ['to'],
      }),
      z.check(({ value, issues }) => {
        const single = [value.text, value.client_id];
        const isSingle = value.messages === undefined;
        if (!isSingle && single.every((field) => field === undefined)) return;
        if (!isSingle) {
          const message = 'Send either `text` and `client_id`, or `messages`.';
          issues.push({ code: 'custom', path: ['messages'], message, input: value.messages });
        }
        for (const [i, name] of ['text', 'client_id'].entries()) {
          if (!isSingle || single[i] !== undefined) continue;
          issues.push({ code: 'custom', path: [name], message: 'This field is required.', input: undefined });
        }
      }),
    ),
  'conversation.read': z.object({ conversation, seq }),
  'message.received': z.object({ conversation, seq }),
  typing: z.object({ conversation }),
  sync: z.object({
    conversations: heldSeqs(MAX_SYNCED),
    since: z.optional(time),
  }),
  'presence.watch': z.object({
    users: z.array(userId).check(z.maxLength(MAX_WATCHED)),
  }),
  ping: z.object({}),
} as const;

export type ActionName = keyof typeof actionSchemas;
export type ActionInput<N extends ActionName> = z.output<(typeof actionSchemas)[N]>;

/** A device's frame: a known action with its checked fields. */
export type ActionFrame = {
  [N in ActionName]: { readonly action: N; readonly input: ActionInput<N> };
}[ActionName];

/**
 * Reads a frame of Parley's own protocol, and checks the fields that its action needs.
 * @throws BadFrame for an unknown action
 * @throws ValidationFailed
 */
export function readAction({ action, ref: _, ...fields }: FrameFields): ActionFrame {
  if (typeof action !== 'string' || !Object.hasOwn(actionSchemas, action)) {
    const known = Object.keys(actionSchemas).join(', ');
    throw new BadFrame('unknown_action', `\`action\` must be one of ${known}.`);
  }
  const name = action as ActionName;
  return { action: name, input: validate(actionSchemas[name], fields) } as ActionFrame;
}

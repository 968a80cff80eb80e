import * as z from 'zod/mini';
import { BadFrame } from './errors.ts';
import {
  accessToken,
  conversation,
  custom,
  emoji,
  heldConversations,
  mentions,
  messageText,
  replyTo,
  seq,
  userId,
  version,
} from './fields.ts';
import type { FrameFields } from './frames.ts';
import { clientId, newMessages, oneOrSeveral } from './new-messages.ts';
import { validate } from './validate.ts';

export const MAX_WATCHED = 50;
/** A `sync` asks for at most so many conversations. A client with more asks again. */
export const MAX_SYNCED = 50;

/** To the millisecond, as in the inbox: times are compared as texts. */
const time = z.pipe(
  z.iso.datetime(),
  z.transform((text: string) => new Date(text).toISOString()),
);

/** The frames of a device, by `action`. Unknown fields are ignored. */
export const actionSchemas = {
  'message.send': z
    .object({
      to: z.optional(userId),
      conversation: z.optional(conversation),
      text: z.optional(messageText),
      client_id: z.optional(clientId),
      reply_to: z.optional(replyTo),
      mentions: z.optional(mentions),
      custom: z.optional(custom),
      messages: z.optional(newMessages),
      after: z.optional(seq),
      read: z.optional(seq),
    })
    .check(
      z.refine(({ to, conversation }) => (to === undefined) !== (conversation === undefined), {
        error: 'Either `to` or `conversation` is required.',
        path: ['to'],
      }),
      oneOrSeveral(['text', 'client_id']),
    ),
  'message.edit': z.object({
    conversation,
    seq,
    version,
    text: messageText,
    custom: z.optional(z.nullable(custom)),
  }),
  'message.delete': z.object({ conversation, seq }),
  'message.react': z.object({ conversation, seq, emoji }),
  'message.unreact': z.object({ conversation, seq, emoji }),
  'conversation.read': z.object({ conversation, seq }),
  'message.received': z.object({ conversation, seq }),
  typing: z.object({ conversation }),
  sync: z.object({
    conversations: heldConversations(MAX_SYNCED),
    since: z.optional(time),
  }),
  'presence.watch': z.object({
    users: z.array(userId).check(z.maxLength(MAX_WATCHED)),
  }),
  'auth.refresh': z.object({ token: accessToken }),
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

import * as z from 'zod/mini';
import { CLIENT_ID } from '../core/ids.ts';
import { BadFrame } from './errors.ts';
import { conversation, heldSeqs, messageText, seq, userId } from './fields.ts';
import { readObject, readRef } from './frames.ts';
import { validate } from './validate.ts';

export const MAX_WATCHED = 50;
/** One request of `sync` asks for at most so many conversations; a client with more asks again. */
export const MAX_SYNCED = 50;

const clientId = z.pipe(
  z.string().check(z.regex(CLIENT_ID, 'Must be a UUID.')),
  z.transform((text: string) => text.toLowerCase()),
);

/** To the millisecond, as the inbox has it: times are compared as texts. */
const time = z.pipe(
  z.iso.datetime(),
  z.transform((text: string) => new Date(text).toISOString()),
);

/** What a device sends, by its `action`. Fields that are not known are ignored. */
export const actionSchemas = {
  'message.send': z
    .object({
      to: z.optional(userId),
      conversation: z.optional(conversation),
      text: messageText,
      client_id: clientId,
      after: z.optional(seq),
      read: z.optional(seq),
    })
    .check(
      z.refine(({ to, conversation }) => (to === undefined) !== (conversation === undefined), {
        error: 'Either `to` or `conversation` is required.',
        path: ['to'],
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

/** A device's frame: one of the known actions with its checked fields. */
export type ActionFrame = {
  [N in ActionName]: { readonly action: N; readonly ref: string | undefined; readonly input: ActionInput<N> };
}[ActionName];

export interface RawAction {
  readonly action: unknown;
  readonly ref: string | undefined;
  readonly fields: Record<string, unknown>;
}

/**
 * The outer form of a device's frame.
 * @throws BadFrame
 */
export function readRawAction(body: string | undefined, isBase64Encoded: boolean): RawAction {
  const { action, ref, ...fields } = readObject(body, isBase64Encoded);
  return { action, ref: readRef(ref), fields };
}

/**
 * Checks the fields that the action asks for.
 * @throws BadFrame for an action that is not known
 * @throws ValidationFailed
 */
export function readAction({ action, ref, fields }: RawAction): ActionFrame {
  if (typeof action !== 'string' || !Object.hasOwn(actionSchemas, action)) {
    const known = Object.keys(actionSchemas).join(', ');
    throw new BadFrame('unknown_action', `\`action\` must be one of ${known}.`, ref);
  }
  const name = action as ActionName;
  return { action: name, ref, input: validate(actionSchemas[name], fields) } as ActionFrame;
}

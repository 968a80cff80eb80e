import { membersOf } from '../core/conversations/conversation-id.ts';
import { ValidationFailed } from '../core/errors.ts';
import type { Place } from '../core/inbox/ports.ts';

/** The opaque form of a place in an inbox, as `next` carries it. */
export function writePlaceCursor({ topAt, conversation }: Place): string {
  return Buffer.from(`${topAt} ${conversation}`).toString('base64url');
}

/** @throws ValidationFailed for what {@link writePlaceCursor} did not write */
export function readPlaceCursor(text: string | undefined): Place | undefined {
  if (text === undefined) return undefined;
  const [topAt = '', conversation = '', ...rest] = Buffer.from(text, 'base64url').toString().split(' ');
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(topAt);
  if (!isTime || !membersOf(conversation) || rest.length > 0) {
    throw new ValidationFailed({ cursor: ['Must come from `next`.'] });
  }
  return { topAt, conversation };
}

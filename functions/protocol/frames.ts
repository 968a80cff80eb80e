import { BadFrame } from './errors.ts';
import { readObject, readRef } from './frame-object.ts';
import { CLIENT_ID } from './ids.ts';
import { TEXT_FAULTS, textFault } from './text.ts';

/** What a client sends on a conversation's socket. Fields that are not known are ignored. */
export interface MessageFrame {
  readonly message: string;
  readonly ref: string | undefined;
  readonly clientId: string | undefined;
  readonly after: number | undefined;
}

/**
 * Reads a frame of the original protocol.
 * @throws BadFrame with the first fault, and the client's `ref` if that could be read
 */
export function readFrame(body: string | undefined, isBase64Encoded: boolean): MessageFrame {
  const fields = readObject(body, isBase64Encoded);
  const ref = readRef(fields.ref);
  const fail = (code: BadFrame['code'], message: string) => new BadFrame(code, message, ref);
  return {
    message: readMessage(fields.message, fail),
    ref,
    clientId: readClientId(fields.client_id, fail),
    after: readAfter(fields.after, fail),
  };
}

type Fail = (code: BadFrame['code'], message: string) => BadFrame;

function readMessage(message: unknown, fail: Fail): string {
  if (message === undefined) throw fail('message_missing', 'The frame has no `message`.');
  if (typeof message !== 'string') throw fail('message_invalid', '`message` must be a string.');
  const fault = textFault(message);
  if (fault) throw fail(`message_${fault}`, `\`message\` ${TEXT_FAULTS[fault]}`);
  return message;
}

function readClientId(clientId: unknown, fail: Fail): string | undefined {
  if (clientId === undefined || clientId === null) return undefined;
  if (typeof clientId === 'string' && CLIENT_ID.test(clientId)) return clientId.toLowerCase();
  throw fail('client_id_invalid', '`client_id` must be a UUID.');
}

function readAfter(after: unknown, fail: Fail): number | undefined {
  if (after === undefined || after === null) return undefined;
  if (typeof after === 'number' && Number.isSafeInteger(after) && after >= 0) return after;
  throw fail('after_invalid', '`after` must be the seq of a message, or 0.');
}

import { TokenExpired } from '../core/errors.ts';
import { connectionOf, identityOf } from '../middleware/socket-identity.ts';
import { socketStack } from '../middleware/socket-stack.ts';
import { readAction, readRawAction } from '../protocol/actions.ts';
import { readFrame, refIn } from '../protocol/frames.ts';
import { errorFrame } from '../protocol/server-frames.ts';
import { logger } from '../runtime/logger.ts';
import { count } from '../runtime/metrics.ts';
import { sending } from '../runtime/sending.ts';
import { system } from '../runtime/system.ts';
import { sendOriginal } from './actions/original.ts';
import { perform } from './actions/perform.ts';

/** `$default`: any frame. A conversation's socket speaks the original protocol, a device's socket Parley's own. */
export const handler = socketStack({ logger, count }).handler(async (event) => {
  const { requestContext, body, isBase64Encoded } = event;
  const { username, peerId, expiresAt } = identityOf(requestContext);
  if (Number(expiresAt) * 1000 <= system.now().getTime()) {
    return endExpired(requestContext.connectionId, refIn(body));
  }
  const caller = { connection: connectionOf(requestContext), username };
  if (peerId !== '') {
    const frame = readFrame(body, isBase64Encoded);
    event.ref = frame.ref;
    return reply(await sendOriginal(caller, peerId, frame), event.ref);
  }
  const raw = readRawAction(body, isBase64Encoded);
  event.ref = raw.ref;
  return reply(await perform(caller, readAction(raw)), event.ref);
});

function reply(frame: object, ref: string | undefined) {
  return { statusCode: 200, body: JSON.stringify({ ...frame, ...(ref !== undefined && { ref }) }) };
}

/** A reply could not reach a socket that is closed before the function returns: so the reason is posted first. */
async function endExpired(connectionId: string, ref: string | undefined) {
  try {
    await sending.gateway.post(connectionId, JSON.stringify(errorFrame(new TokenExpired(), ref)));
  } finally {
    await sending.gateway.close(connectionId);
  }
  return { statusCode: 200 };
}

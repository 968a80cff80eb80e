import { type KnownEnds, withCurrentEnd } from '../core/connections/renew.ts';
import { identityOf } from '../middleware/socket-identity.ts';
import { frameStack, readFrame, reply, socketOf } from '../middleware/socket-stack.ts';
import { readAction } from '../protocol/actions.ts';
import { readMessageFrame } from '../protocol/frames.ts';
import { lastFrames } from '../protocol/server-frames.ts';
import {
  openGateway,
  openRateLimit,
  openReporting,
  openTable,
  system,
  wireChanging,
  wireConnections,
  wireInbox,
  wireReceipts,
  wireRosters,
  wireSending,
  wireVerification,
  wireWatching,
} from '../runtime/wiring.ts';
import { createActions } from './actions.ts';

const limit = openRateLimit();
const table = openTable(limit.count);
const gateway = openGateway(limit.count);
const reporting = openReporting();
const knownEnds: KnownEnds = new Map();
const restoring = { ...wireConnections(table), gateway, lastFrames, knownEnds };

const actions = createActions({
  ...wireRosters(table),
  sending: { ...wireSending(table, gateway, reporting), lastFrames },
  changing: { ...wireChanging(table, gateway, reporting), lastFrames },
  receipts: wireReceipts(table),
  inbox: wireInbox(table),
  watching: wireWatching(table),
  restoring,
  verify: wireVerification(table),
});

/** `$default`: any frame. The socket of a conversation speaks the original protocol, a device's socket Parley's own. */
export const handler = frameStack({
  ...reporting,
  gateway,
  limit,
  withCurrentEnd: (connection) => withCurrentEnd(restoring, connection),
  now: system.now,
}).handler(async (event) => {
  const { username, peerId } = identityOf(event.requestContext);
  const caller = { connection: socketOf(event), username };
  const fields = readFrame(event);
  const frame =
    peerId === ''
      ? await actions.perform(caller, readAction(fields))
      : await actions.sendOriginal(caller, peerId, readMessageFrame(fields));
  return reply(frame, event);
});

import { connectionOf, identityOf } from '../middleware/socket-identity.ts';
import { frameStack, readFrame, reply } from '../middleware/socket-stack.ts';
import { readAction } from '../protocol/actions.ts';
import { readMessageFrame } from '../protocol/frames.ts';
import { lastFrames } from '../protocol/server-frames.ts';
import {
  openGateway,
  openRateLimit,
  openReporting,
  openTable,
  system,
  wireConnections,
  wireInbox,
  wireReceipts,
  wireSending,
  wireWatching,
} from '../runtime/wiring.ts';
import { createActions } from './actions.ts';

const limit = openRateLimit();
const table = openTable(limit.count);
const gateway = openGateway(limit.count);
const reporting = openReporting();

const actions = createActions({
  sending: wireSending(table, gateway, reporting),
  receipts: wireReceipts(table),
  inbox: wireInbox(table),
  watching: wireWatching(table),
  restoring: { ...wireConnections(table), gateway, lastFrames },
});

/** `$default`: any frame. The socket of a conversation speaks the original protocol, a device's socket Parley's own. */
export const handler = frameStack({ ...reporting, gateway, limit, now: system.now }).handler(
  async (event) => {
    const { username, peerId } = identityOf(event.requestContext);
    const caller = { connection: connectionOf(event.requestContext), username };
    const fields = readFrame(event);
    const frame =
      peerId === ''
        ? await actions.perform(caller, readAction(fields))
        : await actions.sendOriginal(caller, peerId, readMessageFrame(fields));
    return reply(frame, event);
  },
);

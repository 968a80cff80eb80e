import type { Connection } from '../core/connections/connection.ts';
import { peerIn } from '../core/conversations/conversation.ts';
import { deliverToEach } from '../core/delivery/deliver.ts';
import { UserNotFound } from '../core/errors.ts';
import { type Appended, append, type Draft } from '../core/messages/append.ts';
import type { Message } from '../core/messages/message.ts';
import { type Outgoing, sendMessage } from '../core/messages/send-message.ts';
import { repeatCounter } from '../storage/counters.ts';
import { messageStore } from '../storage/messages.ts';
import { config } from './config.ts';
import { connections } from './connections.ts';
import { gateway } from './gateway.ts';
import { logger } from './logger.ts';
import { count } from './metrics.ts';
import { profiles } from './profiles.ts';
import { system } from './system.ts';
import { table } from './table.ts';

function onFailure({ connectionId }: Connection, error: unknown): void {
  logger.warn('delivery failed', { connectionId, error: error as Error });
  count('DeliveryFailed');
}

async function beforeFirst({ senderId, conversation }: Draft): Promise<void> {
  const peerId = peerIn(conversation, senderId);
  if (!(await profiles.profileOf(peerId))) throw new UserNotFound(peerId);
}

const repeats = repeatCounter(table);

/** To append messages and deliver them. */
export const sending = {
  log: messageStore(table),
  paceLimit: { messages: config.number('FLOOD_MESSAGES'), seconds: config.number('FLOOD_SECONDS') },
  beforeFirst,
  connections,
  gateway,
  onFailure,
  ...system,
};

/** Appends a message and delivers it, as the frame that `frameFor` makes of it for each member. Over HTTP there is no socket to restore. */
export function send(
  outgoing: Outgoing,
  frameFor: (message: Message, readerId: string) => object,
  restore: (connection: Connection) => Promise<unknown> = async () => undefined,
): Promise<Appended> {
  return sendMessage(
    {
      append: (draft) => append(sending, draft),
      repeats,
      paceLimit: sending.paceLimit,
      connections,
      restore,
      deliver: (to, message) =>
        deliverToEach(sending, to, (readerId) => JSON.stringify(frameFor(message, readerId))),
      onFailure: (error) => logger.warn('connections could not be read or restored', error as Error),
      now: system.now,
    },
    outgoing,
  );
}

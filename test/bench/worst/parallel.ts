import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { pairWith } from '../../../functions/core/conversations/conversation.ts';
import { ParleyError } from '../../../functions/core/errors.ts';
import { append } from '../../../functions/core/messages/append.ts';
import { messageStore } from '../../../functions/storage/messages.ts';
import { tableWith } from '../../../functions/storage/table.ts';
import type { Runtime } from '../../../local/runtime.ts';
import { LARGEST, OWN_DATA } from './scene.ts';
import type { Consumed } from './table.ts';

const SENDS = 300;

/**
 * Many sends at once. The local runtime has few processes of a function, where Lambda has one for each event. So this runs the
 * domain's own function beside one another in this process, on the running system's table, and adds what each frame costs
 * besides. The default limit of 20 messages in 10 seconds is in force.
 */
export async function parallel(runtime: Runtime): Promise<Consumed> {
  const client = new DynamoDBClient({
    endpoint: runtime.tableEndpoint,
    region: 'us-east-1',
    credentials: runtime.credentials,
    maxAttempts: 1,
    requestHandler: { httpAgent: { maxSockets: SENDS } },
  });
  const random = Math.random;
  const table = tableWith(DynamoDBDocumentClient.from(client), runtime.tableName, { wait: delay, random });
  const [one, other] = [randomUUID(), randomUUID()];
  let waitedMs = 0;
  let stored = 0;
  const dependencies = {
    log: messageStore(table),
    // Both exist.
    profiles: { profileOf: async (id: string) => ({ id, username: 'x', staff: false }) as never },
    sendLimit: { messages: 20, seconds: 10 },
    newId: randomUUID,
    now: () => new Date(),
    random,
    wait: async (ms: number) => {
      waitedMs += ms;
      await delay(ms);
    },
  };
  const send = async (i: number) => {
    const conversation = i % 2 === 0 ? pairWith(one, other) : pairWith(other, one);
    const messages = [{ text: LARGEST, custom: OWN_DATA, clientId: randomUUID() }];
    for await (const _ of append(dependencies, { conversation, messages })) stored += 1;
  };
  runtime.resetUsage();
  const outcomes = await Promise.allSettled(Array.from({ length: SENDS }, (_, i) => send(i)));
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected' && !(outcome.reason instanceof ParleyError)) throw outcome.reason;
  }
  const { requests } = runtime.usage();
  const sum = (of: 'wru' | 'rru') => requests.reduce((total, request) => total + request[of], 0);
  client.destroy();
  const bytes = Buffer.byteLength(LARGEST + JSON.stringify(OWN_DATA)) + 400;
  return {
    // In and back for each, and a post for each that is stored.
    socketMessages: 2 + stored / SENDS,
    httpRequests: 0,
    viewerRequests: 0,
    megabytes: (2 * bytes * (stored / SENDS)) / 1_000_000,
    wru: sum('wru') / SENDS,
    // And the members' sockets.
    rru: sum('rru') / SENDS + 1,
    invocations: { message: 1 },
    requests: { message: requests.length / SENDS + 1 },
    waitedMs: waitedMs / SENDS,
  };
}

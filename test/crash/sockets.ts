import { setTimeout as sleep } from 'node:timers/promises';
import { BatchGetItemCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { WebSocket } from 'ws';
import { type Person, register } from '../support/people.ts';
import type { System } from './system.ts';

const accounts = 100;
/** As many as an account may have. */
const each = 20;
/** Handshakes at the same time. */
const wide = 32;
const listedMs = 120_000;

/** 2,000 open sockets. `close` closes all of them at once, and waits until none is left in the lists of open sockets. */
export async function openManySockets({ url, tools }: System): Promise<{ close: () => Promise<void> }> {
  const owners: Person[] = [];
  const rest = Array.from({ length: accounts }).values();
  await together(async () => {
    for (const _one of rest) owners.push(await register(url));
  });
  const sockets: WebSocket[] = [];
  const wanted = owners.flatMap((owner) => Array.from({ length: each }, () => owner)).values();
  await together(async () => {
    for (const { access } of wanted) sockets.push(await openOne(url, access));
  });
  const living = sockets.filter(({ readyState }) => readyState === WebSocket.OPEN).length;
  if (living < accounts * each) throw new Error(`only ${living} of ${accounts * each} sockets are open`);
  await untilListed(tools(), owners, each);
  return {
    async close() {
      for (const socket of sockets) socket.terminate();
      await untilListed(tools(), owners, 0);
    },
  };
}

async function together(worker: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: wide }, worker));
}

async function openOne(url: string, access: string): Promise<WebSocket> {
  for (let tries = 1; ; tries += 1) {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, {
      headers: { authorization: `Bearer ${access}` },
      perMessageDeflate: false,
    });
    const problem = await new Promise<Error | undefined>((resolve) => {
      socket.once('open', () => resolve(undefined));
      socket.on('error', resolve);
    });
    if (problem === undefined) return socket;
    if (tries === 10) throw problem;
    await sleep(500);
  }
}

type Tools = ReturnType<System['tools']>;

/** Waits until each user has so many sockets in their list. Nothing of the public contract tells this so directly. */
async function untilListed(tools: Tools, owners: readonly Person[], wanted: number): Promise<void> {
  const { endpoint, accessKeyId } = tools;
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey: 'any' },
  });
  const Keys = owners.map(({ id }) => ({ pk: { S: `USER#${id}` }, sk: { S: 'SOCKETS' } }));
  try {
    const { TableNames: [table = ''] = [] } = await client.send(new ListTablesCommand({}));
    const RequestItems = { [table]: { Keys, ConsistentRead: true } };
    for (const deadline = Date.now() + listedMs; ; await sleep(250)) {
      const { Responses = {} } = await client.send(new BatchGetItemCommand({ RequestItems }));
      const counts = (Responses[table] ?? []).map(
        (item) => Object.keys(item).filter((name) => name.startsWith('open#')).length,
      );
      const wrong = counts.filter((count) => count !== wanted);
      if (wrong.length === 0 && counts.length === owners.length) return;
      if (Date.now() > deadline) {
        throw new Error(
          `the lists of ${wrong.length} users have ${wrong[0]} sockets, not ${wanted}, after ${listedMs / 1_000} s`,
        );
      }
    }
  } finally {
    client.destroy();
  }
}

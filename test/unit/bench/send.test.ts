import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Line, send } from '../../bench/speed/load/send.ts';
import { type Frame, LoadSocket } from '../../bench/speed/load/socket.ts';

interface Asked {
  readonly ref: string;
  readonly client_id?: string;
  readonly text?: string;
  readonly messages?: readonly { readonly client_id: string; readonly text: string }[];
}

let server: WebSocketServer;
const sockets: LoadSocket[] = [];
afterEach(async () => {
  await Promise.all(sockets.splice(0).map((socket) => socket.close()));
  server.close();
});

/** A server with two users. It answers the sender, and tells the receiver what the test says. */
async function line(
  onFrame: (asked: Asked, answer: (frame: Frame) => void, tell: (frame: Frame) => void) => void,
) {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  const users = new Map<string, WebSocket>();
  server.on('connection', (socket, { url = '' }) => {
    users.set(url, socket);
    const to = (user: string) => (frame: Frame) => users.get(user)?.send(JSON.stringify(frame));
    socket.on('message', (data) => onFrame(JSON.parse(String(data)), to('/ada'), to('/charles')));
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (const user of ['ada', 'charles'])
    sockets.push(await LoadSocket.open(`ws://127.0.0.1:${port}/${user}`));
  const [sender, receiver] = sockets as [LoadSocket, LoadSocket];
  return { sender, receivers: [receiver], address: { to: 'charles' } } satisfies Line;
}

const deadline = () => AbortSignal.timeout(5_000);

describe('a load', () => {
  it('keeps as many frames on their way as its window says', async () => {
    const held: (() => void)[] = [];
    let most = 0;
    const loaded = await line(({ ref, text }, answer, tell) => {
      held.push(() => {
        tell({ type: 'chat.message', message: text });
        answer({ type: 'message.sent', ref });
      });
      most = Math.max(most, held.length);
      if (held.length === 3) for (const release of held.splice(0)) release();
    });
    const { sent } = await send(loaded, { messages: 9, window: 3, perFrame: 1 }, deadline());
    expect(most).toBe(3);
    expect(new Set(sent.map(({ clientId }) => clientId)).size).toBe(9);
    expect(sent.every(({ ackedAt, seenAt }) => ackedAt !== undefined && seenAt !== undefined)).toBe(true);
  });

  it('sends a refused message again under its own id, and takes a repeat for what it is', async () => {
    const tries: unknown[] = [];
    const loaded = await line(({ ref, client_id, text }, answer, tell) => {
      tries.push(client_id);
      tell({ type: 'chat.message', message: text });
      if (tries.length === 1) answer({ type: 'error', code: 'busy', ref, retry_after: 0.01 });
      else answer({ type: 'message.sent', ref });
    });
    const { sent, refusals } = await send(loaded, { messages: 2, window: 1, perFrame: 1 }, deadline());
    expect(refusals).toBe(1);
    expect(tries).toEqual([sent[0]?.clientId, sent[0]?.clientId, sent[1]?.clientId]);
  });

  it('sends what a frame of several left untried again, in its order', async () => {
    const frames: string[][] = [];
    const loaded = await line(({ ref, messages = [] }, answer, tell) => {
      frames.push(messages.map(({ text }) => text.split(' ')[1] as string));
      const stored = frames.length === 1 ? messages.slice(0, 2) : messages;
      tell({ type: 'chat.messages', messages: stored.map(({ text }) => ({ message: text })) });
      const status = (index: number) => {
        if (index < stored.length) return { status: 'stored' };
        return index === stored.length
          ? { status: 'refused', code: 'busy', retry_after: 0.01 }
          : { status: 'not_tried' };
      };
      answer({ type: 'messages.sent', ref, results: messages.map((_, index) => status(index)) });
    });
    const { refusals } = await send(loaded, { messages: 4, window: 1, perFrame: 4 }, deadline());
    expect(frames).toEqual([
      ['0', '1', '2', '3'],
      ['2', '3'],
    ]);
    expect(refusals).toBe(2);
  });

  it('ends with an error if a message is acknowledged but never seen', async () => {
    const loaded = await line(({ ref }, answer) => answer({ type: 'message.sent', ref }));
    const shape = { messages: 1, window: 1, perFrame: 1 };
    await expect(send(loaded, shape, AbortSignal.timeout(200))).rejects.toThrow(
      '0 are not acknowledged and 1 not seen',
    );
  });

  it.each([
    ['rate_limited', 'start it with --limits off'],
    ['validation_failed', 'the server refuses a message'],
  ])('ends with an error if a message is refused with %s', async (code, why) => {
    const loaded = await line(({ ref }, answer) => answer({ type: 'error', code, ref }));
    await expect(send(loaded, { messages: 1, window: 1, perFrame: 1 }, deadline())).rejects.toThrow(why);
  });
});

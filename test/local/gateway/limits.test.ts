import { describe, expect, it, vi } from 'vitest';
import { watchFrames } from '../../../local/gateway/upgrade.ts';
import { type Client, open, type SocketEvent, serveWebSocketApi } from './sockets.ts';

const kilobytes = (count: number) => 'x'.repeat(count * 1024);
const measure = ({ body = '' }: SocketEvent) => ({ statusCode: 200, body: String(body.length) });

function sendFragments({ socket }: Client, fragments: readonly string[]): void {
  fragments.forEach((fragment, index) => {
    socket.send(fragment, { fin: index === fragments.length - 1 });
  });
}

describe('a frame', () => {
  it('of 32 KB is accepted', async () => {
    const client = await open((await serveWebSocketApi({ message: measure })).url);
    client.socket.send(kilobytes(32));
    expect(await client.next()).toBe('32768');
  });

  it('of 33 KB closes the socket with 1009, and no function runs', async () => {
    const message = vi.fn(measure);
    const client = await open((await serveWebSocketApi({ message })).url);
    client.socket.send(kilobytes(33));
    expect(await client.closed).toEqual([1009, 'Message too big']);
    expect(message).not.toHaveBeenCalled();
  });
});

describe('a message', () => {
  it('of 128 KB in frames of 32 KB is accepted', async () => {
    const client = await open((await serveWebSocketApi({ message: measure })).url);
    sendFragments(client, Array(4).fill(kilobytes(32)));
    expect(await client.next()).toBe('131072');
  });

  it('of 200 KB, in one or many frames, closes the socket with 1009', async () => {
    const { url } = await serveWebSocketApi({ message: measure });
    const [fragmented, whole] = await Promise.all([open(url), open(url)]);
    sendFragments(fragmented, Array(8).fill(kilobytes(25)));
    whole.socket.send(kilobytes(200));
    expect((await fragmented.closed)[0]).toBe(1009);
    expect((await whole.closed)[0]).toBe(1009);
  });
});

describe('the frame limit', () => {
  /** A masked text frame with a payload of this size. Its length has the shortest form. */
  function frame(bytes: number): Buffer {
    const length = Buffer.alloc(bytes < 126 ? 0 : bytes < 65_536 ? 2 : 8);
    if (length.length === 2) {
      length.writeUInt16BE(bytes);
    } else if (length.length === 8) {
      length.writeBigUInt64BE(BigInt(bytes));
    }
    const marker = { 0: bytes, 2: 126, 8: 127 }[length.length] ?? 0;
    return Buffer.concat([Buffer.from([0x81, 0x80 | marker]), length, Buffer.alloc(4 + bytes)]);
  }

  it.each([1, 3, 1000, 1_000_000])('finds a large frame in chunks of %d bytes', (size) => {
    const tooLarge = vi.fn();
    const watch = watchFrames(32_768, tooLarge);
    const feed = (bytes: Buffer) => {
      for (let start = 0; start < bytes.length; start += size) {
        watch(bytes.subarray(start, start + size));
      }
    };
    feed(Buffer.concat([0, 125, 126, 200, 32_768, 1].map(frame)));
    expect(tooLarge).not.toHaveBeenCalled();
    feed(frame(32_769));
    feed(frame(70_000));
    expect(tooLarge).toHaveBeenCalledOnce();
  });
});

describe('a socket', () => {
  it('without messages is closed with 1001, even if it sends pings', async () => {
    const disconnected: SocketEvent[] = [];
    const { url } = await serveWebSocketApi(
      { disconnect: (event: SocketEvent) => void disconnected.push(event) },
      { limits: { idleMs: 300 } },
    );
    const client = await open(url);
    const pings = setInterval(() => client.socket.ping(), 50);
    expect(await client.closed).toEqual([1001, 'Going away']);
    clearInterval(pings);
    await vi.waitFor(() =>
      expect(disconnected[0]?.requestContext).toMatchObject({ disconnectStatusCode: 1001 }),
    );
  });

  it('with messages in either direction is not idle', async () => {
    const { url } = await serveWebSocketApi({}, { limits: { idleMs: 500 } });
    const client = await open(url);
    const started = performance.now();
    const messages = setInterval(() => client.socket.send('{}'), 100);
    setTimeout(() => clearInterval(messages), 1000);
    await client.closed;
    expect(performance.now() - started).toBeGreaterThan(1300);
  });

  it('is closed after its maximum lifetime, even if it is not idle', async () => {
    const { url } = await serveWebSocketApi({}, { limits: { connectionMs: 400 } });
    const client = await open(url);
    const messages = setInterval(() => client.socket.send('{}'), 50);
    expect(await client.closed).toEqual([1001, 'Going away']);
    clearInterval(messages);
  });

  it('is cut off if its client does not read', async () => {
    const flood = () => ({ statusCode: 200, body: 'x'.repeat(131_072) });
    const disconnect = vi.fn((_event: SocketEvent) => ({ statusCode: 200 }));
    const client = await open((await serveWebSocketApi({ message: flood, disconnect })).url);
    client.socket.pause();
    for (let count = 0; count < 200; count += 1) {
      client.socket.send('{}');
    }
    await vi.waitFor(() => expect(disconnect).toHaveBeenCalledOnce(), { timeout: 5000 });
    expect(disconnect.mock.calls[0]?.[0].requestContext).toMatchObject({ disconnectStatusCode: 1006 });
  });
});

describe('$disconnect', () => {
  it('is sent once, with the close code and reason of the client', async () => {
    const disconnect = vi.fn((_event: SocketEvent) => ({ statusCode: 200 }));
    const { url, api } = await serveWebSocketApi({ disconnect });
    const client = await open(url);
    client.socket.close(4001, 'enough');
    await client.closed;
    await api.stop();
    expect(disconnect).toHaveBeenCalledOnce();
    expect(disconnect.mock.calls[0]?.[0].requestContext).toMatchObject({
      routeKey: '$disconnect',
      eventType: 'DISCONNECT',
      disconnectStatusCode: 4001,
      disconnectReason: 'enough',
    });
  });

  it('is sent for a client that disappears', async () => {
    const disconnect = vi.fn((_event: SocketEvent) => ({ statusCode: 200 }));
    const client = await open((await serveWebSocketApi({ disconnect })).url);
    client.socket.terminate();
    await vi.waitFor(() => expect(disconnect).toHaveBeenCalledOnce());
  });

  it('is sent for every socket before the API stops, with the code 1001', async () => {
    let told = false;
    const disconnect = async () => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      told = true;
    };
    const { url, api } = await serveWebSocketApi({ disconnect });
    const client = await open(url);
    await api.stop();
    expect(told).toBe(true);
    expect(await client.closed).toEqual([1001, 'Going away']);
  });
});

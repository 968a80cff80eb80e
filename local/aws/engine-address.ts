import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { NoEngineError } from './find-engine.ts';

export interface EngineAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Ports to which browsers refuse to connect (https://fetch.spec.whatwg.org/#port-blocking). Chromium, Firefox and WebKit
 * have refused these for years, and a process needs no privilege to listen on them.
 */
const portsWithoutPages = [
  ...[1719, 1720, 1723, 3659, 4045, 5060, 5061, 6566],
  ...[6665, 6666, 6667, 6668, 6669, 6697, 10_080],
];

/**
 * Finds an address for the engine. The engine checks no signatures, allows every origin (CORS `*`) and cannot listen on
 * a Unix socket. So it gets a port that browsers refuse, on an address that a page cannot guess. All of 127.0.0.0/8 is
 * loopback on Linux and Windows; on macOS only 127.0.0.1 is.
 *
 * @throws NoEngineError if none of these ports is free
 */
export async function engineAddress(): Promise<EngineAddress> {
  const unguessable = `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}`;
  for (const host of [unguessable, '127.0.0.1']) {
    for (const port of shuffled(portsWithoutPages)) {
      // dynoxide also checks 127.0.0.1. It ends if another process listens on the port there.
      if ((await isFree(host, port)) && (await isFree('127.0.0.1', port))) return { host, port };
    }
  }
  throw new NoEngineError(
    `no port is free for the DynamoDB engine: it needs one of ${portsWithoutPages.join(', ')}, which browsers refuse`,
  );
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await once(server.close(), 'close');
  return port;
}

async function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, host), 'listening');
  } catch {
    return false;
  }
  await once(server.close(), 'close');
  return true;
}

function shuffled(ports: readonly number[]): number[] {
  return ports
    .map((port) => ({ port, at: Math.random() }))
    .sort((left, right) => left.at - right.at)
    .map(({ port }) => port);
}

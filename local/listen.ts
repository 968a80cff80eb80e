import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpHandler, UpgradeHandler } from './gateway/http-handler.ts';

export interface Handlers {
  readonly request: HttpHandler;
  readonly upgrade?: UpgradeHandler;
}

export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

/** Somebody else listens on the port. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';

  constructor(port: number) {
    super(`port ${port} is taken: stop what listens there, or choose another with PORT`);
  }
}

/**
 * Listens on this machine at once, so that a taken port is known before any slow work; whoever comes early waits for
 * `handlers`.
 *
 * @throws PortTakenError
 */
export async function listen(port: number, handlers: Promise<Handlers>): Promise<Listener> {
  const server = createServer(async (request, response) => {
    try {
      await (await handlers).request(request, response);
    } catch (error) {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(String(error));
    }
  });
  server.on('upgrade', async (request, socket, head) => {
    // A peer that goes away meanwhile must not end the runtime.
    socket.on('error', () => socket.destroy());
    try {
      const { upgrade } = await handlers;
      if (upgrade === undefined) throw new Error('nothing to upgrade to');
      await upgrade(request, socket, head);
    } catch {
      socket.destroy();
    }
  });
  handlers.catch(() => {});
  server.listen(port, '127.0.0.1');
  await listening(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}

async function listening(server: Server, port: number): Promise<void> {
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw new PortTakenError(port);
    throw error;
  }
}

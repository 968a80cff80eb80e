import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Admission, admit } from './admission.ts';
import { type HttpHandler, refuseUpgrade, sendJson, type UpgradeHandler } from './gateway/http-handler.ts';

export interface Handlers {
  readonly request: HttpHandler;
  readonly upgrade?: UpgradeHandler;
}

export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * How long a client may take to send a request, headers and body. AWS documents no such limit, only that CloudFront closes the
 * connections of slow clients; this is the time that an integration gets.
 */
export const REQUEST_MS = 30_000;

/** Another process listens on the port. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';

  constructor(port: number) {
    super(`port ${port} is in use: stop the process that listens there, or set PORT to another port`);
  }
}

/**
 * Listens on loopback at once, so a port in use is an error before any slow work. Requests wait until `handlers` are
 * there. Requests that `admission` does not allow get an error response, and those that are not there in time get 408.
 *
 * @throws PortTakenError
 */
export async function listen(
  port: number,
  admission: Admission,
  handlers: Promise<Handlers>,
  { requestMs = REQUEST_MS }: { readonly requestMs?: number | undefined } = {},
): Promise<Listener> {
  const patience = {
    headersTimeout: requestMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: Math.max(100, requestMs / 10),
  };
  const server = createServer(patience, async (request, response) => {
    const refused = admit(request, admission);
    if (refused !== undefined) {
      request.resume();
      return sendJson(response, refused.status, { message: refused.message });
    }
    try {
      await (await handlers).request(request, response);
    } catch (error) {
      if (response.headersSent || response.destroyed) response.destroy();
      else sendJson(response, 500, { message: String(error) });
    }
  });
  server.on('upgrade', async (request, socket, head) => {
    // An error of the connection must not end the runtime.
    socket.on('error', () => socket.destroy());
    const refused = admit(request, admission);
    if (refused !== undefined) return refuseUpgrade(socket, refused.status, { message: refused.message });
    try {
      const { upgrade } = await handlers;
      if (upgrade === undefined)
        return refuseUpgrade(socket, 400, { message: 'This port does not accept upgrade requests.' });
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

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What a device's packets go through on their way to the server. */
export interface Network {
  /** The server, as the device reaches it. Browsers take `localhost` for secure, as https. */
  readonly url: string;
  /** It was not just there all the time: a browser then logs errors that are none of the page's. */
  readonly wasDisturbed: boolean;
  /** Nothing comes through and nothing is refused, as in a tunnel; what was sent meanwhile arrives late. */
  goSilent(): void;
  /** Ends all connections; new ones come through. */
  cut(): void;
  /** Ends all connections, and takes no new ones. */
  refuse(): Promise<void>;
  heal(): Promise<void>;
  end(): Promise<void>;
}

/** A device's own way to the server at `target`, which can fail. */
export async function startNetwork(target: string): Promise<Network> {
  const { hostname, port } = new URL(target);
  const lines = new Set<Line>();
  let isSilent = false;
  let wasDisturbed = false;
  const server = createServer({ pauseOnConnect: true }, (near) => {
    const line = openLine(near, () =>
      connect(Number(port), hostname === 'localhost' ? '127.0.0.1' : hostname),
    );
    lines.add(line);
    near.on('close', () => lines.delete(line));
    if (!isSilent) line.flow();
  });
  await listen(server, 0);
  const own = (server.address() as AddressInfo).port;
  const cut = () => {
    wasDisturbed = true;
    for (const line of lines) line.reset();
  };
  const close = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    cut();
    await closed;
  };
  return {
    url: `http://localhost:${own}`,
    get wasDisturbed() {
      return wasDisturbed;
    },
    goSilent() {
      isSilent = wasDisturbed = true;
      for (const line of lines) line.stall();
    },
    cut,
    refuse: close,
    async heal() {
      isSilent = false;
      if (!server.listening) await listen(server, own);
      for (const line of lines) line.flow();
    },
    end: close,
  };
}

interface Line {
  flow(): void;
  stall(): void;
  reset(): void;
}

/** One connection of the device, and the one that goes on from it: made when something may flow. */
function openLine(near: Socket, dial: () => Socket): Line {
  let far: Socket | undefined;
  const reset = () => {
    for (const socket of [near, far]) socket?.resetAndDestroy();
  };
  near.on('error', reset);
  return {
    reset,
    flow() {
      if (!far) {
        far = dial();
        far.on('error', reset).on('close', () => near.destroy());
        near.on('close', () => far?.destroy());
      }
      near.pipe(far).pipe(near);
    },
    stall() {
      near.unpipe();
      near.pause();
      far?.unpipe();
      far?.pause();
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** The network between a device and the server. */
export interface Network {
  /** The server's address for the device. Browsers treat `localhost` as a secure origin, like https. */
  readonly url: string;
  /** The network has failed at some time, so the browser may have logged network errors. */
  readonly wasDisturbed: boolean;
  /** Holds all data back without refusing anything, as in a tunnel. It arrives later. */
  goSilent(): void;
  /** Ends all connections. New ones work. */
  cut(): void;
  /** Ends all connections and refuses new ones. */
  refuse(): Promise<void>;
  heal(): Promise<void>;
  end(): Promise<void>;
}

/** A proxy to the server at `target` for one device. It can fail. */
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

/** One connection of the device, and its continuation to the server, which opens when data may flow. */
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

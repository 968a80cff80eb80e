import { once, setMaxListeners } from 'node:events';
import { WebSocket } from 'ws';
import { kindOf, SocketContract } from './socket-contract.ts';

/** A frame from the server, parsed. */
export interface Frame {
  readonly type: string;
  readonly code?: string;
  readonly detail?: string;
  readonly ref?: string;
  readonly message?: string;
  readonly sender?: string;
  readonly seq?: number;
  readonly [field: string]: unknown;
}

export interface Opening {
  /** How the client sends the access token. A browser can only use the subprotocol. */
  readonly carry?: 'header' | 'subprotocol';
  readonly token?: string | undefined;
  /** The user id in the path. */
  readonly peer?: string;
  /** Instead of /ws/chat/{peer}/. */
  readonly path?: string;
  readonly origin?: string;
  readonly protocols?: string[];
  readonly headers?: Record<string, string>;
}

/** The handshake got a status other than 101. */
class Refused extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`The handshake was answered with ${status}`);
    this.status = status;
  }
}

const PATIENCE_MS = 10_000;

/**
 * A client of the socket that keeps every frame until a test reads it. asyncapi.yaml must describe each frame: otherwise
 * waiting for frames and closing the socket throw.
 */
export class Socket {
  /** All frames so far, in order of arrival. */
  readonly frames: Frame[] = [];
  readonly #socket: WebSocket;
  readonly #contract: SocketContract;
  readonly #answers = new Set<Frame>();
  #fault: string | undefined;
  #taken = 0;
  readonly #news = new EventTarget();
  readonly closed: Promise<{ code: number; reason: string }>;

  constructor(socket: WebSocket, contract: SocketContract) {
    this.#socket = socket;
    this.#contract = contract;
    setMaxListeners(0, this.#news); // many callers may wait at once
    socket.on('message', (data, isBinary) => {
      if (isBinary) throw new Error('The server sent a binary frame');
      const frame = JSON.parse(String(data));
      this.#fault ??= this.#contract.faultOf(frame);
      this.frames.push(frame);
      this.#news.dispatchEvent(new Event('news'));
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        resolve({ code, reason: String(reason) });
        this.#news.dispatchEvent(new Event('news'));
      });
    });
    socket.on('error', () => {}); // 'close' follows and reports it
  }

  get isClosed(): boolean {
    return this.#socket.readyState === WebSocket.CLOSED;
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Waits for the next frame that matches and skips others. Each frame is returned once. */
  async next(fits: (frame: Frame) => boolean = () => true): Promise<Frame> {
    let found: Frame | undefined;
    await this.until(() => {
      while (!found && this.#taken < this.frames.length) {
        const frame = this.frames[this.#taken++] as Frame;
        if (fits(frame) && !this.#answers.has(frame)) found = frame;
      }
      return found !== undefined;
    });
    return found as unknown as Frame;
  }

  /** Forgets all frames so far. */
  forget(): void {
    this.frames.length = 0;
    this.#taken = 0;
  }

  /** Waits for this many frames. */
  async collect(howMany: number): Promise<Frame[]> {
    const found: Frame[] = [];
    while (found.length < howMany) found.push(await this.next());
    return found;
  }

  /** Waits until a condition holds for the frames so far. Checks again at each frame. */
  async until(fulfilled: () => boolean, patienceMs = PATIENCE_MS): Promise<void> {
    const deadline = AbortSignal.timeout(patienceMs);
    while (!fulfilled()) {
      this.assertDocumented();
      if (this.#socket.readyState >= WebSocket.CLOSING)
        throw new Error('The socket closed while a frame was awaited');
      await once(this.#news, 'news', { signal: deadline }).catch((cause) => {
        throw new Error(`It did not come; the last frames: ${JSON.stringify(this.frames.slice(-5))}`, {
          cause,
        });
      });
    }
  }

  /** @throws if asyncapi.yaml does not describe a frame that came */
  assertDocumented(): void {
    if (this.#fault !== undefined) throw new Error(this.#fault);
  }

  /** Sends an object as JSON, a string unchanged, and bytes as a binary frame. */
  send(frame: unknown): void {
    const data = typeof frame === 'string' || frame instanceof Uint8Array ? frame : JSON.stringify(frame);
    if (typeof data === 'string') this.#contract.sent(data);
    this.#socket.send(data);
  }

  /** Sends a frame with a `ref` and waits for its reply. `next` then skips that reply. */
  async ask(frame: object, patienceMs = PATIENCE_MS): Promise<Frame> {
    const ref = crypto.randomUUID();
    this.send({ ref, ...frame });
    const answer = () => this.frames.find((one) => one.ref === ref);
    await this.until(() => answer() !== undefined, patienceMs);
    const found = answer() as Frame;
    this.#answers.add(found);
    return found;
  }

  /** Sends one message as several frames. */
  sendInParts(text: string, partLength: number): void {
    for (let start = 0; start < text.length; start += partLength) {
      const fin = start + partLength >= text.length;
      this.#socket.send(text.slice(start, start + partLength), { fin, binary: false });
    }
  }

  /** Sends a message and waits until it comes back, which means that it is stored. */
  async say(message: string, more: Record<string, unknown> = {}): Promise<Frame> {
    const ref = crypto.randomUUID();
    this.send({ message, ref, ...more });
    return this.next((frame) => frame.ref === (more.ref ?? ref));
  }

  async close(): Promise<void> {
    this.#socket.close(1000);
    await this.closed;
  }
}

const opened = new Set<Socket>();

/** Opens a socket. @throws Refused if the handshake fails */
export async function connect(url: string, opening: Opening): Promise<Socket> {
  const { carry = 'header', token, peer, path = `/ws/chat/${peer}/`, origin } = opening;
  const protocols =
    opening.protocols ?? (carry === 'subprotocol' && token !== undefined ? ['parley', token] : []);
  const client = new WebSocket(url.replace(/^http/, 'ws') + path, protocols, {
    perMessageDeflate: false,
    ...(origin !== undefined && { origin }),
    headers: {
      ...(carry === 'header' && token !== undefined && { authorization: `Bearer ${token}` }),
      ...opening.headers,
    },
  });
  const socket = new Socket(client, new SocketContract(kindOf(path)));
  await new Promise<void>((resolve, reject) => {
    client.once('open', resolve);
    client.once('error', reject);
    client.once('unexpected-response', (request, response) => {
      reject(new Refused(response.statusCode ?? 0));
      request.destroy();
    });
  });
  opened.add(socket);
  return socket;
}

/** For `afterEach`: closes all sockets of the test. */
export async function closeSockets(): Promise<void> {
  const all = [...opened];
  opened.clear();
  await Promise.all(all.map((socket) => socket.close()));
  for (const socket of all) socket.assertDocumented();
}

/** The status of a refused handshake. */
export async function refusal(url: string, opening: Opening): Promise<number> {
  try {
    await (await connect(url, opening)).close();
  } catch (error) {
    if (error instanceof Refused) return error.status;
    throw error;
  }
  return 101;
}

import { once } from 'node:events';
import { WebSocket } from 'ws';

/** API Gateway bills socket messages in units of this size. */
const UNIT_BYTES = 32 * 1024;

type Frame = Readonly<Record<string, unknown>>;

/** A device's socket that counts its traffic. */
export class Device {
  /** Both ways, in billed units. */
  messages = 0;
  /** That came from the server. */
  bytes = 0;
  readonly #socket: WebSocket;
  readonly #frames: Frame[] = [];

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      this.messages += unitsOf(String(data));
      this.bytes += Buffer.byteLength(String(data));
      this.#frames.push(JSON.parse(String(data)));
      socket.emit('frame');
    });
  }

  /** @param peer the other member, on a socket of one conversation */
  static async open(url: string, access: string, peer?: string): Promise<Device> {
    const socket = new WebSocket(peer === undefined ? url : `${url}?user_id=${peer}`, {
      headers: { authorization: `Bearer ${access}` },
    });
    const device = new Device(socket);
    await once(socket, 'open');
    return device;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Sends an action and returns its reply. */
  async ask(action: string, fields: Frame = {}): Promise<Frame> {
    const ref = crypto.randomUUID();
    const text = JSON.stringify({ action, ref, ...fields });
    this.send(text);
    const reply = await this.heard((frame) => frame.ref === ref);
    if (reply.type === 'error') throw new Error(`${action}: ${JSON.stringify(reply)}`);
    return reply;
  }

  /** Sends a text as it is, in frames of 32 KB. */
  send(text: string): void {
    this.messages += unitsOf(text);
    for (let from = 0; from < text.length; from += UNIT_BYTES) {
      this.#socket.send(text.slice(from, from + UNIT_BYTES), { fin: from + UNIT_BYTES >= text.length });
    }
  }

  /** Waits for the frame that matches. Each frame is returned once. */
  async heard(fits: (frame: Frame) => boolean): Promise<Frame> {
    const deadline = AbortSignal.timeout(15_000);
    for (;;) {
      const found = this.#frames.findIndex(fits);
      if (found >= 0) return this.#frames.splice(found, 1)[0] as Frame;
      await once(this.#socket, 'frame', { signal: deadline });
    }
  }

  async close(): Promise<void> {
    this.#socket.close();
    await once(this.#socket, 'close');
  }
}

function unitsOf(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / UNIT_BYTES);
}

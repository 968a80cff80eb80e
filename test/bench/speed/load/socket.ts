import { once } from 'node:events';
import { WebSocket } from 'ws';

export type Frame = Readonly<Record<string, unknown>>;

/** A socket whose frames go to its listeners. */
export class LoadSocket {
  readonly #socket: WebSocket;
  readonly #listeners = new Set<(frame: Frame) => void>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data));
      for (const listener of this.#listeners) listener(frame);
    });
    // The close that follows an error tells it.
    socket.on('error', () => {});
  }

  static async open(url: string, access?: string): Promise<LoadSocket> {
    const socket = new WebSocket(url, {
      perMessageDeflate: false,
      ...(access !== undefined && { headers: { authorization: `Bearer ${access}` } }),
    });
    const opened = new LoadSocket(socket);
    await once(socket, 'open');
    return opened;
  }

  /** @returns a function that ends it */
  listen(listener: (frame: Frame) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  send(frame: Frame): void {
    this.#socket.send(JSON.stringify(frame));
  }

  async close(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    this.#socket.close();
    await once(this.#socket, 'close');
  }

  /** Drops the connection as a network does that goes away. */
  async drop(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    this.#socket.terminate();
    await once(this.#socket, 'close');
  }
}

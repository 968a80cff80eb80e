/** A WebSocket connection as API Gateway sees it. */
export interface Socket {
  readonly connectionId: string;
  readonly userId: string;
  readonly sessionId: string;
  /** Its conversation. Empty for a device's socket. */
  readonly conversation: string;
  readonly connectedAt: Date;
  /** False while `$connect` runs: posts then get 410, as from API Gateway. */
  isOpen: boolean;
  readonly receive: (frame: ServerFrame) => void;
  /** Called when the server closes it. */
  readonly closed: () => void;
}

export type ServerFrame = Readonly<Record<string, unknown>> & { readonly type: string };

/** All sockets that ever existed, and the frames posted to them. */
export class Sockets {
  readonly #all = new Map<string, Socket>();
  readonly #onPost: (socket: Socket, frame: ServerFrame) => void;

  constructor(onPost: (socket: Socket, frame: ServerFrame) => void) {
    this.#onPost = onPost;
  }

  add(socket: Socket): void {
    this.#all.set(socket.connectionId, socket);
  }

  get open(): readonly Socket[] {
    return [...this.#all.values()].filter(({ isOpen }) => isOpen);
  }

  /** Returns false for a socket that is not open. */
  post(connectionId: string, data: string): boolean {
    const socket = this.#all.get(connectionId);
    if (!socket?.isOpen) return false;
    const frame = JSON.parse(data) as ServerFrame;
    this.#onPost(socket, frame);
    socket.receive(frame);
    return true;
  }

  isOpen(connectionId: string): boolean {
    return this.#all.get(connectionId)?.isOpen === true;
  }

  close(connectionId: string): boolean {
    const socket = this.#all.get(connectionId);
    if (!socket?.isOpen) return false;
    socket.isOpen = false;
    socket.closed();
    return true;
  }
}

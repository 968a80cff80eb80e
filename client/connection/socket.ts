import type { Action, Frame } from '../contract/frame-types.ts';
import { ParleyError } from '../errors.ts';
import { createReplies, frameOf } from './replies.ts';

/** The part of a WebSocket that this library needs, in a browser or elsewhere. */
export interface WebSocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

export type SocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

export interface Socket {
  /** Settles with the handshake. */
  readonly opened: Promise<void>;
  request(action: Action, deadlineMs: number): Promise<Frame>;
  /** Closes as soon as no request is pending. */
  retire(): void;
  close(): void;
}

interface Options {
  readonly url: string;
  readonly token: string;
  readonly WebSocket: SocketConstructor;
  readonly onFrame: (frame: Frame) => void;
  readonly onClose: () => void;
}

const HANDSHAKE_MS = 10_000;

const lost = () => new ParleyError('offline', 'The connection was lost.');

/** Opens one WebSocket. Each request gets a `ref`, and the frame with the same `ref` is its reply. */
export function openSocket({ url, token, WebSocket, onFrame, onClose }: Options): Socket {
  let count = 0;
  let isClosed = false;
  let isRetired = false;
  const opening = Promise.withResolvers<void>();
  const socket = new WebSocket(url, ['parley', token]);
  const handshake = setTimeout(() => close(), HANDSHAKE_MS);

  /** Does not wait for the close event: on a dead network it may take minutes. */
  const close = () => {
    if (isClosed) return;
    isClosed = true;
    clearTimeout(handshake);
    socket.onopen = socket.onmessage = socket.onclose = null;
    // Browsers report a failed socket by an event. Some libraries throw if that event has no listener.
    socket.onerror = () => undefined;
    opening.reject(lost());
    replies.end(lost());
    try {
      socket.close(1000);
    } catch {}
    onClose();
  };
  const closeIfRetired = () => {
    if (isRetired && replies.isIdle) close();
  };
  const replies = createReplies(closeIfRetired);
  opening.promise.catch(() => undefined);
  socket.onopen = () => {
    clearTimeout(handshake);
    opening.resolve();
  };
  socket.onclose = close;
  socket.onerror = close;
  socket.onmessage = ({ data }: { readonly data: unknown }) => {
    const { frame, fault } = frameOf(data) ?? {};
    if (!frame) return;
    const settle = fault ? () => replies.fault(fault) : replies.take(frame);
    onFrame(frame);
    settle();
  };

  return {
    opened: opening.promise,
    request: (action, deadlineMs) => {
      if (isClosed) return Promise.reject(lost());
      count += 1;
      const ref = String(count);
      const reply = replies.wait(ref, deadlineMs);
      try {
        socket.send(JSON.stringify({ ...action, ref }));
      } catch {
        close();
      }
      return reply;
    },
    retire: () => {
      isRetired = true;
      closeIfRetired();
    },
    close,
  };
}

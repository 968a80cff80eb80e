import type { Action, Frame } from '../contract/frame-types.ts';
import { ParleyError } from '../errors.ts';

/** What this library needs of a WebSocket, a browser's or another one. */
export interface Socket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

export type SocketConstructor = new (url: string, protocols: string[]) => Socket;

export interface Link {
  /** Settles when the handshake has. */
  readonly opened: Promise<void>;
  request(action: Action, deadlineMs: number): Promise<Frame>;
  /** Closes when nothing is under way any more. */
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

interface Waiting {
  readonly settle: (frame: Frame) => void;
  readonly fail: (error: ParleyError) => void;
}

const HANDSHAKE_MS = 10_000;

const lost = () => new ParleyError('offline', 'The connection was lost.');

/** One WebSocket: frames go out with a `ref`, and the reply with that `ref` is theirs. */
export function openLink({ url, token, WebSocket, onFrame, onClose }: Options): Link {
  const waiting = new Map<string, Waiting>();
  let count = 0;
  let isOver = false;
  let isRetired = false;
  const opening = Promise.withResolvers<void>();
  const socket = new WebSocket(url, ['parley', token]);
  const handshake = setTimeout(() => end(), HANDSHAKE_MS);

  /** A socket whose line is dead may take minutes to say that it is closed: nobody waits for it. */
  const end = () => {
    if (isOver) return;
    isOver = true;
    clearTimeout(handshake);
    socket.onopen = socket.onmessage = socket.onclose = null;
    // A browser's socket that fails says so in an event, a library's may throw without a listener.
    socket.onerror = () => undefined;
    opening.reject(lost());
    for (const { fail } of waiting.values()) fail(lost());
    waiting.clear();
    try {
      socket.close(1000);
    } catch {}
    onClose();
  };
  const endWhenIdle = () => {
    if (isRetired && waiting.size === 0) end();
  };
  opening.promise.catch(() => undefined);
  socket.onopen = () => {
    clearTimeout(handshake);
    opening.resolve();
  };
  socket.onclose = end;
  socket.onerror = end;
  socket.onmessage = ({ data }: { readonly data: unknown }) => {
    const frame = parsed(data);
    if (!frame) return;
    const ref = 'ref' in frame ? frame.ref : undefined;
    const asked = ref === undefined ? undefined : waiting.get(ref);
    if (ref !== undefined) waiting.delete(ref);
    onFrame(frame);
    asked?.settle(frame);
    endWhenIdle();
  };

  return {
    opened: opening.promise,
    request: (action, deadlineMs) => {
      const { promise, resolve, reject } = Promise.withResolvers<Frame>();
      if (isOver) return Promise.reject(lost());
      count += 1;
      const ref = String(count);
      const forget = () => {
        waiting.delete(ref);
        endWhenIdle();
      };
      const deadline = setTimeout(() => {
        reject(new ParleyError('timeout', 'The server did not answer in time.'));
        forget();
      }, deadlineMs);
      waiting.set(ref, {
        settle: (frame) => {
          clearTimeout(deadline);
          if (frame.type !== 'error') return resolve(frame);
          const { code, detail, errors, retry_after: retryAfter } = frame;
          reject(new ParleyError(code, detail, { errors, retryAfter }));
        },
        fail: (error) => {
          clearTimeout(deadline);
          reject(error);
        },
      });
      try {
        socket.send(JSON.stringify({ ...action, ref }));
      } catch {
        end();
      }
      return promise;
    },
    retire: () => {
      isRetired = true;
      endWhenIdle();
    },
    close: end,
  };
}

function parsed(data: unknown): Frame | undefined {
  try {
    const frame = JSON.parse(String(data));
    return typeof frame?.type === 'string' ? frame : undefined;
  } catch {
    return undefined;
  }
}

import type { Action, Frame } from '../contract/frame-types.ts';
import { ParleyError } from '../errors.ts';
import { createAnswers, frameOf } from './answers.ts';

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

const HANDSHAKE_MS = 10_000;

const lost = () => new ParleyError('offline', 'The connection was lost.');

/** One WebSocket: frames go out with a `ref`, and the reply with that `ref` is theirs. */
export function openLink({ url, token, WebSocket, onFrame, onClose }: Options): Link {
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
    answers.end(lost());
    try {
      socket.close(1000);
    } catch {}
    onClose();
  };
  const endWhenIdle = () => {
    if (isRetired && answers.isIdle) end();
  };
  const answers = createAnswers(endWhenIdle);
  opening.promise.catch(() => undefined);
  socket.onopen = () => {
    clearTimeout(handshake);
    opening.resolve();
  };
  socket.onclose = end;
  socket.onerror = end;
  socket.onmessage = ({ data }: { readonly data: unknown }) => {
    const { frame, fault } = frameOf(data) ?? {};
    if (!frame) return;
    const tell = fault ? () => answers.fault(fault) : answers.take(frame);
    onFrame(frame);
    tell();
  };

  return {
    opened: opening.promise,
    request: (action, deadlineMs) => {
      if (isOver) return Promise.reject(lost());
      count += 1;
      const ref = String(count);
      const answer = answers.to(ref, deadlineMs);
      try {
        socket.send(JSON.stringify({ ...action, ref }));
      } catch {
        end();
      }
      return answer;
    },
    retire: () => {
      isRetired = true;
      endWhenIdle();
    },
    close: end,
  };
}

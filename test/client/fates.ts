import fc from 'fast-check';
import { vi } from 'vitest';
import { fakeServer } from './fake-server.ts';

/** How many milliseconds something takes, one after the other. A negative one is lost. */
export const fates = fc.array(
  fc.oneof({ weight: 4, arbitrary: fc.nat(600) }, { weight: 1, arbitrary: fc.constant(-1) }),
  { minLength: 1, maxLength: 8 },
);

/** A server behind a bad network: replies come late or not at all, frames also doubled and reordered, until it is `calm`. */
export function unsteadyServer(all: readonly number[]) {
  vi.clearAllTimers();
  let isCalm = false;
  let turn = 0;
  const next = () => {
    turn += 1;
    return isCalm ? 1 : (all[turn % all.length] as number);
  };
  const server = fakeServer({
    reply: () => {
      const delay = next();
      return delay < 0 ? 'lost' : delay;
    },
    push: () => [next(), next()].filter((delay) => delay >= 0),
    handshake: () => (next() < 0 ? 'refuse' : 'open'),
  });
  return {
    server,
    calm(): void {
      isCalm = true;
    },
  };
}

/** Refuses, or fails, so many of the frames that match. */
export const failingOf =
  (matches: (frame: { action: string }) => boolean) =>
  (code: string, times = Number.POSITIVE_INFINITY, more = {}) => {
    let left = times;
    return (frame: { action: string }) => {
      if (!matches(frame) || left === 0) return 1;
      left -= 1;
      return { error: { type: 'error', code, detail: `Because of ${code}.`, ...more } };
    };
  };

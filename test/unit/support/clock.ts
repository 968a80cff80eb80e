export interface FrozenClock {
  readonly now: () => Date;
  /** Waits without waiting: the clock jumps. */
  readonly wait: (milliseconds: number) => Promise<void>;
  /** It never comes. */
  readonly deadline: (milliseconds: number) => AbortSignal;
  readonly pass: (milliseconds: number) => void;
  /** How long each wait was. */
  readonly waits: readonly number[];
}

export const NOON = '2026-11-23T12:00:00.000Z';

/** A clock that stands still until it is told to move. */
export function frozenClock(at: string = NOON): FrozenClock {
  let time = Date.parse(at);
  const waits: number[] = [];
  const pass = (milliseconds: number) => {
    time += milliseconds;
  };
  return {
    now: () => new Date(time),
    wait: async (milliseconds) => {
      waits.push(milliseconds);
      pass(milliseconds);
    },
    deadline: () => new AbortController().signal,
    pass,
    waits,
  };
}

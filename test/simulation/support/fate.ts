/** What may happen to one call of a function to the store or to `@connections`. */
export const FAULTS = [
  /** It was refused before it had an effect: a throttle, a 429, a transaction conflict. */
  'throttled',
  /** No answer, and no effect. */
  'timed-out',
  /** No answer, but the effect. */
  'answer-lost',
  /** It had its effect, the answer got lost, and the SDK repeated it. */
  'done-twice',
  /** From here on eventually consistent reads see an older state, and the reads of a batch see different states. */
  'stale',
  /** Only the first item of a batch is processed. */
  'unprocessed',
  /** From here on `@connections` answers 410 for live sockets. */
  'false-410',
  /** The function dies before the call. */
  'killed',
] as const;

const LASTING: readonly Fault['kind'][] = ['stale', 'false-410'];

export interface Fault {
  /** The index of the call within the invocation, from 0. */
  readonly at: number;
  readonly kind: (typeof FAULTS)[number];
}

/** The faults of one invocation. */
export interface Fate {
  readonly faults: readonly Fault[];
  /** If it is killed, running calls still take effect. */
  readonly landing: boolean;
  /** The caller never gets the result. */
  readonly replyLost: boolean;
  /** Its machine's clock is wrong by this many milliseconds. */
  readonly skew: number;
}

export const GOOD_FATE: Fate = { faults: [], landing: false, replyLost: false, skew: 0 };

export function faultAt({ faults }: Fate, call: number): Fault | undefined {
  return (
    faults.find(({ at }) => at === call) ?? faults.find(({ at, kind }) => at < call && LASTING.includes(kind))
  );
}

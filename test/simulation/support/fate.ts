/** What may happen to one call that a function makes to the store or to `@connections`. */
export const FAULTS = [
  /** Refused before anything happened: a throttle, a 429, a conflict of transactions. */
  'throttled',
  /** No answer, and it did not happen. */
  'timed-out',
  /** No answer, but it happened. */
  'answer-lost',
  /** It happened, its answer got lost, and the SDK did it once more by itself. */
  'done-twice',
  /** From here on eventually consistent reads see what was; reads of a batch see different pasts. */
  'stale',
  /** Of a batch only the first is done. */
  'unprocessed',
  /** From here on `@connections` knows nothing of sockets that live. */
  'false-410',
  /** The function dies before the call. */
  'killed',
] as const;

const LASTING: readonly Fault['kind'][] = ['stale', 'false-410'];

export interface Fault {
  /** The how-manieth call of the invocation, from 0. */
  readonly at: number;
  readonly kind: (typeof FAULTS)[number];
}

/** What is to happen to one invocation. */
export interface Fate {
  readonly faults: readonly Fault[];
  /** If it is killed, calls that were under way still take effect. */
  readonly landing: boolean;
  /** The caller never hears how it ended. */
  readonly replyLost: boolean;
  /** Its machine's clock goes wrong by so many milliseconds. */
  readonly skew: number;
}

export const GOOD_FATE: Fate = { faults: [], landing: false, replyLost: false, skew: 0 };

export function faultAt({ faults }: Fate, call: number): Fault | undefined {
  return (
    faults.find(({ at }) => at === call) ?? faults.find(({ at, kind }) => at < call && LASTING.includes(kind))
  );
}

/** Behaviour that AWS does not document, or documents as possible, and the other answer that the runtime can give. */
interface Open {
  /** What AWS's documents say, or do not say. */
  readonly aws: string;
  readonly byDefault: string;
  readonly assumed: string;
}

/** The behaviours that `--assume` changes, by name. Each one is read in the one place where that behaviour lives. */
export const assumptions = {
  'empty-context-dropped': {
    aws: 'does not say whether empty strings in the context of an authorizer are kept',
    byDefault: 'they are kept',
    assumed: 'they are dropped',
  },
  'greedy-needs-rest': {
    aws: 'does not say whether `{proxy+}` matches an empty rest',
    byDefault: 'it does',
    assumed: 'it does not',
  },
  'empty-segment-matches': {
    aws: 'does not say whether `{id}` matches an empty segment',
    byDefault: 'it does not',
    assumed: 'it does',
  },
  'no-forwarded-host': {
    aws: 'does not say whether `X-Forwarded-Host` reaches the functions of a WebSocket API',
    byDefault: 'it does',
    assumed: 'it does not',
  },
  'no-leading-keys-in-transactions': {
    aws: 'does not say whether requests of transactions have `dynamodb:LeadingKeys`',
    byDefault: 'they have, so IAM checks each key of a transaction',
    assumed: 'they have not, so `ForAllValues` allows any key',
  },
  'connect-by-frame': {
    aws: 'does not say whether a frame may name `$connect` or `$disconnect` as its route',
    byDefault: 'such a frame gets the route `$default`',
    assumed: 'it runs the function of the route that it names',
  },
  'frames-in-turn': {
    aws: 'does not promise an order for the frames of a socket',
    byDefault: 'they are handled in parallel, by up to four processes of a function',
    assumed: 'the next one is handled when the one before it has its answer',
  },
  'frames-at-once': {
    aws: 'runs as many functions as there are events',
    byDefault: 'a function has up to four processes',
    assumed: 'a function has up to ten processes',
  },
  'stream-twice': {
    aws: 'may deliver a batch of a stream more than once',
    byDefault: 'once, unless the function fails',
    assumed: 'twice',
  },
  'disconnect-never': {
    aws: 'sends `$disconnect` on a best-effort basis',
    byDefault: 'it comes when the socket closes',
    assumed: 'it never comes',
  },
  'disconnect-late': {
    aws: 'sends `$disconnect` on a best-effort basis',
    byDefault: 'it comes when the socket closes',
    assumed: 'it comes 3 seconds later',
  },
  'disconnect-early': {
    aws: 'does not promise that the frames of a socket come before its `$disconnect`',
    byDefault: 'frames that were received first are handled first',
    assumed: 'a frame waits for 300 ms, so `$disconnect` can come before it',
  },
  'gone-at-first': {
    aws: 'does not say how soon a new socket can be posted to; 410 has been seen',
    byDefault: 'as soon as it is open',
    assumed: '`@connections` answers 410 in the first 10 seconds of a socket',
  },
  'limit-exceeded': {
    aws: 'may answer 429 `LimitExceededException` to a post',
    byDefault: 'it never does',
    assumed: 'every third post to a connection gets it',
  },
} as const satisfies Readonly<Record<string, Open>>;

export type Assumption = keyof typeof assumptions;

/** What a runtime assumes. */
export type Assumed = ReadonlySet<Assumption>;

export const nothingAssumed: Assumed = new Set();

export function isAssumption(name: string): name is Assumption {
  return Object.hasOwn(assumptions, name);
}

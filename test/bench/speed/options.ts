import { isIPv4 } from 'node:net';
import { parseArgs } from 'node:util';

export interface Options {
  /** The parts to measure; all of them if none is named. */
  readonly parts: readonly string[];
  /** How often each measurement is repeated after its warm-up. */
  readonly runs: number;
  /** Fewer messages, shorter waits. For a look, not for figures. */
  readonly quick: boolean;
  /** A system that runs already. */
  readonly url: string | undefined;
  /** What each import of a function costs. */
  readonly why: boolean;
  readonly help: boolean;
}

/** The command line is invalid. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const RUNS = { default: 5, quick: 2, max: 50 };

/** @throws UsageError */
export function readOptions(args: readonly string[], known: readonly string[]): Options {
  const { positionals: parts, values } = parse(args);
  const unknown = parts.find((part) => !known.includes(part));
  if (unknown !== undefined)
    throw new UsageError(`there is no part "${unknown}". Parts: ${known.join(', ')}`);
  const { quick = false, why = false, help = false, anywhere = false } = values;
  const runs = Number(values.runs ?? (quick ? RUNS.quick : RUNS.default));
  if (!Number.isInteger(runs) || runs < 1 || runs > RUNS.max) {
    throw new UsageError(`--runs must be a whole number from 1 to ${RUNS.max}, not "${values.runs}"`);
  }
  return { parts, runs, quick, url: readUrl(values.url, anywhere), why, help };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        runs: { type: 'string' },
        quick: { type: 'boolean' },
        url: { type: 'string' },
        anywhere: { type: 'boolean' },
        why: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function readUrl(given: string | undefined, anywhere: boolean): string | undefined {
  if (given === undefined) return undefined;
  const url = URL.parse(given);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`--url must be a URL such as http://localhost:8000, not "${given}"`);
  }
  if (!anywhere && !isLoopback(url.hostname)) {
    throw new UsageError(
      `${url.hostname} is not this machine. A bench registers hundreds of accounts and sends thousands of messages, which cost money on AWS: add --anywhere if you want that`,
    );
  }
  return given.replace(/\/+$/, '');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'));
}

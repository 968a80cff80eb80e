import type { Deployment } from './model.ts';

/** Shortens the names of functions, and formats their log lines for the terminal. */
export function functionLog({ functions }: Deployment, onLog: (line: string) => void) {
  const prefix = commonPrefix(functions.map(({ name }) => name));
  const short = (name: string) => (name.startsWith(prefix) ? name.slice(prefix.length) : name);
  const log = (functionName: string, line: string) => {
    const shown = process.env.LOG === 'json' ? line : readableLine(line);
    if (shown !== undefined) onLog(`[${short(functionName)}] ${shown}`);
  };
  return { short, log };
}

/** The common prefix of all function names, such as `parley-dev-`. Short names leave it out. */
function commonPrefix(names: readonly string[]): string {
  const [first = '', ...others] = names;
  let length = 0;
  while (length < first.length && others.every((name) => name[length] === first[length])) length += 1;
  return first.slice(0, first.lastIndexOf('-', length - 1) + 1);
}

/** Fields that are in every line of the logger, and that the terminal does not repeat. */
const context = new Set([
  ...['level', 'message', 'timestamp', 'service', 'cold_start', 'sampling_rate', 'xray_trace_id', 'error'],
  ...['function_arn', 'function_memory_size', 'function_name', 'function_request_id', 'correlation_id'],
]);

interface LoggedError {
  readonly name?: string;
  readonly message?: string;
  readonly location?: string;
}

/**
 * Formats a log line of a function for the terminal: level, message, error and the other fields. Returns undefined for
 * metrics, because only CloudWatch uses them.
 */
export function readableLine(line: string): string | undefined {
  const entry = parse(line);
  if (entry === undefined) return line;
  if ('_aws' in entry) return undefined;
  if (typeof entry.message !== 'string') return line;
  const fields = Object.entries(entry)
    .filter(([name]) => !context.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [entry.level, entry.message, describe(entry.error), ...fields]
    .filter((part) => part !== undefined && part !== '')
    .join(' ')
    .replaceAll('\n', ' ');
}

function describe(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { name, message, location } = error as LoggedError;
  return `${name ?? 'Error'}: ${message ?? ''}${location ? ` (${location})` : ''}`;
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** What every line of the logger carries and a terminal does not need. */
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
 * One line for the terminal out of one that a function wrote: level, message, error and the rest of its fields;
 * undefined for metrics, which are for CloudWatch alone.
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

import { type FieldErrors, ParleyError } from '../errors.ts';

/** What this library needs of `fetch`: declared here, so that it compiles without the types of the DOM or of Node. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>;

interface FetchInit {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  /** A browser's cache would keep what was said, also after a log-out. */
  readonly cache: 'no-store';
  /** An AbortSignal. */
  readonly signal: never;
}

interface FetchResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

/** A request to the HTTP API; rejects with a ParleyError and nothing else. */
export type Ask = <T>(
  method: string,
  path: string,
  options?: { readonly body?: unknown; readonly token?: string },
) => Promise<T>;

const DEADLINE_MS = 15_000;

export function http(baseUrl: string, fetch: Fetch): Ask {
  return async <T>(
    method: string,
    path: string,
    { body, token }: { readonly body?: unknown; readonly token?: string } = {},
  ) => {
    const ending = new AbortController();
    const deadline = setTimeout(() => ending.abort(), DEADLINE_MS);
    try {
      const response = await fetch(baseUrl + path, {
        method,
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        cache: 'no-store',
        signal: ending.signal as never,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (response.status === 204) return undefined as T;
      const said = objectIn(text);
      if (!response.ok) throw refusal(response, said);
      if (said) return said as T;
      throw new ParleyError('unavailable', 'The server did not answer with JSON.', {
        status: response.status,
      });
    } catch (error) {
      if (error instanceof ParleyError) throw error;
      if (ending.signal.aborted) throw new ParleyError('timeout', 'The server did not answer in time.');
      throw new ParleyError('offline', 'The server cannot be reached.', { cause: error });
    } finally {
      clearTimeout(deadline);
    }
  };
}

type Said = Readonly<Record<string, unknown>>;

/** Undefined for what is no object in JSON: nobody but Parley and API Gateway answers with one. */
function objectIn(text: string): Said | undefined {
  try {
    const said = JSON.parse(text);
    return typeof said === 'object' && !Array.isArray(said) ? (said ?? undefined) : undefined;
  } catch {
    return undefined;
  }
}

/** A problem of the service (RFC 9457), or what stands before it has to say: API Gateway's `{message}`, or no JSON at all. */
function refusal({ status, headers }: FetchResponse, said: Said = {}): ParleyError {
  const { code, detail, message, errors } = said;
  const seconds = Number.parseInt(headers.get('retry-after') ?? '', 10);
  return new ParleyError(
    typeof code === 'string' ? code : codeOf(status),
    [detail, message].find((one) => typeof one === 'string') ?? `The server answered ${status}.`,
    { status, errors: fieldErrors(errors), retryAfter: seconds >= 0 ? seconds : undefined },
  );
}

function fieldErrors(errors: unknown): FieldErrors | undefined {
  const isOurs = typeof errors === 'object' && Object.values(errors ?? []).every(Array.isArray);
  return isOurs ? ((errors ?? undefined) as FieldErrors | undefined) : undefined;
}

/** Of what API Gateway, CloudFront or a proxy answers in the service's place. */
function codeOf(status: number): string {
  if (status === 408) return 'timeout';
  if (status === 429) return 'rate_limited';
  if (status === 500) return 'internal';
  return status > 500 ? 'unavailable' : `http_${status}`;
}

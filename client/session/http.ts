import { type FieldErrors, ParleyError } from '../errors.ts';

/** What this library needs of `fetch`: declared here, so that it compiles without the types of the DOM or of Node. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>;

interface FetchInit {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
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
        signal: ending.signal as never,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as T;
      throw refusal(response, text);
    } catch (error) {
      if (error instanceof ParleyError) throw error;
      if (ending.signal.aborted) throw new ParleyError('timeout', 'The server did not answer in time.');
      throw new ParleyError('offline', 'The server cannot be reached.', { cause: error });
    } finally {
      clearTimeout(deadline);
    }
  };
}

interface Problem {
  readonly code?: string;
  readonly detail?: string;
  readonly message?: string;
  readonly errors?: FieldErrors;
}

/** A problem of the service (RFC 9457), or what stands before it has to say: API Gateway's `{message}`, or no JSON at all. */
function refusal({ status, headers }: FetchResponse, text: string): ParleyError {
  let problem: Problem = {};
  try {
    problem = JSON.parse(text) ?? {};
  } catch {}
  const { code = codeOf(status), detail = problem.message, errors } = problem;
  const seconds = Number.parseInt(headers.get('retry-after') ?? '', 10);
  const retryAfter = seconds >= 0 ? seconds : undefined;
  return new ParleyError(code, detail ?? `The server answered ${status}.`, { status, errors, retryAfter });
}

function codeOf(status: number): string {
  if (status === 429) return 'rate_limited';
  return status >= 500 ? 'unavailable' : `http_${status}`;
}

import { type FieldErrors, ParleyError } from '../errors.ts';

/**
 * The part of `fetch` that this library needs. Declared here, so that it compiles without the types of the DOM or of
 * Node.
 */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>;

interface FetchInit {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  /** A browser's cache would keep messages, even after a logout. */
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

/** Sends a request to the HTTP API. Rejects only with a ParleyError. */
export type HttpRequest = <T>(
  method: string,
  path: string,
  options?: { readonly body?: unknown; readonly token?: string },
) => Promise<T>;

/** A response of JSON lines, with its `Link`. */
export interface Lines {
  readonly lines: readonly unknown[];
  readonly link: string;
}

const DEADLINE_MS = 15_000;

export function createHttp(baseUrl: string, fetch: Fetch): HttpRequest {
  return async <T>(
    method: string,
    path: string,
    { body, token }: { readonly body?: unknown; readonly token?: string } = {},
  ) => {
    const aborting = new AbortController();
    const deadline = setTimeout(() => aborting.abort(), DEADLINE_MS);
    try {
      const response = await fetch(baseUrl + path, {
        method,
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        cache: 'no-store',
        signal: aborting.signal as never,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (text === '' && (response.status === 204 || response.status === 202)) return undefined as T;
      if (response.headers.get('content-type') === 'application/x-ndjson')
        return linesOf(response, text) as T;
      const json = objectIn(text);
      if (!response.ok) throw errorOf(response, json);
      if (json) return json as T;
      throw new ParleyError('unavailable', 'The server did not answer with JSON.', {
        status: response.status,
      });
    } catch (error) {
      if (error instanceof ParleyError) throw error;
      if (aborting.signal.aborted) throw new ParleyError('timeout', 'The server did not answer in time.');
      throw new ParleyError('offline', 'The server cannot be reached.', { cause: error });
    } finally {
      clearTimeout(deadline);
    }
  };
}

function linesOf({ headers }: FetchResponse, text: string): Lines {
  const lines = text.trimEnd().split('\n');
  return { lines: lines.map((line) => JSON.parse(line)), link: headers.get('link') ?? '' };
}

type Json = Readonly<Record<string, unknown>>;

/** Undefined unless the text is a JSON object. Only Parley and API Gateway respond with one. */
function objectIn(text: string): Json | undefined {
  try {
    const json = JSON.parse(text);
    return typeof json === 'object' && !Array.isArray(json) ? (json ?? undefined) : undefined;
  } catch {
    return undefined;
  }
}

/** From the server's problem details (RFC 9457), API Gateway's `{message}`, or a proxy's response without JSON. */
function errorOf({ status, headers }: FetchResponse, json: Json = {}): ParleyError {
  const { code, detail, message, errors } = json;
  const seconds = Number.parseInt(headers.get('retry-after') ?? '', 10);
  return new ParleyError(
    typeof code === 'string' ? code : codeOf(status),
    [detail, message].find((one) => typeof one === 'string') ?? `The server answered ${status}.`,
    { status, errors: fieldErrors(errors), retryAfter: seconds >= 0 ? seconds : undefined },
  );
}

function fieldErrors(errors: unknown): FieldErrors | undefined {
  const isOurs = errors && typeof errors === 'object' && Object.values(errors).every(Array.isArray);
  return isOurs ? (errors as FieldErrors) : undefined;
}

/** For a response of API Gateway, CloudFront or a proxy. */
function codeOf(status: number): string {
  if (status === 408) return 'timeout';
  if (status === 429) return 'rate_limited';
  if (status === 500) return 'internal';
  return status > 500 ? 'unavailable' : `http_${status}`;
}

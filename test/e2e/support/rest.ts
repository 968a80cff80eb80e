import { expect } from 'vitest';
import { assertDocumented } from './contract.ts';

type Body = NonNullable<RequestInit['body']>;

/** A response of the system under test, its body parsed. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests compare bodies with expected values, and openapi.yaml validates them.
  readonly body: any;
}

interface RequestOptions {
  /** An access token. */
  readonly token?: string | undefined;
  readonly headers?: Record<string, string>;
}

export interface Rest {
  readonly url: string;
  get(path: string, options?: RequestOptions): Promise<Reply>;
  /** Sends an object as JSON, and a string or bytes unchanged. */
  send(method: string, path: string, body?: unknown, options?: RequestOptions): Promise<Reply>;
  post(path: string, body?: unknown, options?: RequestOptions): Promise<Reply>;
  patch(path: string, body?: unknown, options?: RequestOptions): Promise<Reply>;
  request(method: string, path: string, options?: RequestOptions & { body?: Body }): Promise<Reply>;
}

/**
 * A client of the HTTP API. openapi.yaml must describe each response, and none may be a 5xx, but for many writers at once. A redirect is a response, unless the
 * client follows it.
 */
export function rest(url: string, { redirect = 'manual' }: Pick<RequestInit, 'redirect'> = {}): Rest {
  const request: Rest['request'] = async (method, path, { token, headers, body } = {}) => {
    const response = await fetch(url + path, {
      method,
      redirect,
      headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    const reply = { status: response.status, headers: response.headers, body: parsed(text) };
    const isBusy = reply.status === 503 && (reply.body as { code?: string } | undefined)?.code === 'busy';
    if (!isBusy)
      expect(reply.status, `${method} ${path} must not fail on our side: ${text}`).toBeLessThan(500);
    if (method !== 'HEAD' && method !== 'OPTIONS') assertDocumented(method, path, { ...reply, text });
    return reply;
  };
  const send: Rest['send'] = (method, path, body, options) =>
    request(method, path, {
      ...options,
      headers: { 'content-type': 'application/json', ...options?.headers },
      ...(body !== undefined && { body: asBody(body) }),
    });
  return {
    url,
    request,
    send,
    get: (path, options) => request('GET', path, options),
    post: (path, body, options) => send('POST', path, body, options),
    patch: (path, body, options) => send('PATCH', path, body, options),
  };
}

function asBody(body: unknown): Body {
  return typeof body === 'string' || body instanceof Uint8Array ? (body as Body) : JSON.stringify(body);
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

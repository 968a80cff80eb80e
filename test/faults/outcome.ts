import { expect } from 'vitest';
import { assertDocumented } from '../e2e/support/contract.ts';
import { type Opening, refusal, type Socket } from '../e2e/support/socket.ts';

/** The result of an operation as its client sees it. Any other answer fails the test. */
export type Outcome = 'done' | 'unavailable';

interface HttpRequest {
  readonly token?: string;
  readonly body?: object;
  readonly key?: string;
}

/** Sends a request. openapi.yaml must describe the response, a 503 included. */
export async function request(
  url: string,
  method: string,
  path: string,
  { token, body, key }: HttpRequest,
): Promise<Outcome> {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
      ...(key !== undefined && { 'idempotency-key': key }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const { status, headers, ok } = response;
  const text = await response.text();
  assertDocumented(method, path, { status, headers, text });
  if (ok) return 'done';
  expect(`${status} ${text}`).toMatch(/^503 .*"code":"(unavailable|busy)"/);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  return 'unavailable';
}

/** As long as the function may run. Two reads that are late each time take nearly ten seconds. */
const PATIENCE_MS = 15_000;

/** Sends a frame. asyncapi.yaml must describe the reply. The socket stays open. */
export async function frame(socket: Socket, content: object): Promise<Outcome> {
  const reply = await socket.ask(content, PATIENCE_MS);
  expect(socket.isOpen).toBe(true);
  if (reply.type !== 'error') return 'done';
  expect(JSON.stringify(reply)).toMatch(/"code":"(unavailable|busy)"/);
  expect(reply.retry_after).toBeGreaterThan(0);
  return 'unavailable';
}

/** Opens a socket. A client cannot read the headers of a refused handshake, only its status. */
export async function handshake(url: string, opening: Opening): Promise<Outcome> {
  const status = await refusal(url, opening);
  expect([101, 503]).toContain(status);
  return status === 101 ? 'done' : 'unavailable';
}

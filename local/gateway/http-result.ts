import type { ServerResponse } from 'node:http';

export interface HttpResult {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
}

/** What the gateway itself frames; a function's word on it is dropped. */
const framing = new Set(['connection', 'content-length', 'keep-alive', 'transfer-encoding', 'upgrade']);

/**
 * Reads a function's result by payload format 2.0; undefined if it is none, which a client sees as a 500.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function readResult(value: unknown): HttpResult | undefined {
  if (typeof value !== 'object' || value === null || !('statusCode' in value)) {
    const body = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
    return { status: 200, headers: { 'content-type': 'application/json' }, body };
  }
  const { statusCode, headers = {}, cookies, body = '', isBase64Encoded } = value as Record<string, unknown>;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    return undefined;
  }
  if (typeof body !== 'string' || typeof headers !== 'object') {
    return undefined;
  }
  const own: Record<string, string | string[]> = {};
  for (const [name, content] of Object.entries(headers ?? {})) {
    if (!framing.has(name.toLowerCase())) {
      own[name.toLowerCase()] = String(content);
    }
  }
  if (Array.isArray(cookies)) {
    own['set-cookie'] = cookies.map(String);
  }
  if (body !== '') {
    own['content-type'] ??= 'text/plain;charset=UTF-8';
  }
  return { status, headers: own, body: Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8') };
}

/** @throws TypeError if a header's name or value cannot be sent, before anything is. */
export function sendResult(
  response: ServerResponse,
  { status, headers, body }: HttpResult,
  added: Readonly<Record<string, string>>,
): void {
  const hasBody = status !== 204 && status !== 304;
  response.writeHead(status, {
    ...headers,
    ...added,
    ...(hasBody && { 'content-length': body.byteLength }),
  });
  response.end(hasBody ? body : undefined);
}

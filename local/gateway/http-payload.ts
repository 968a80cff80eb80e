import type { IncomingMessage, ServerResponse } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { account, apiHost } from '../assembly/account.ts';
import { splitOnce } from './http-handler.ts';
import { requestTime, sourceIp } from './request-context.ts';

interface Matched {
  readonly requestId: string;
  readonly apiId: string;
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/** The event for a function, in payload format 2.0. */
export function httpEvent(request: IncomingMessage, body: Buffer, matched: Matched): APIGatewayProxyEventV2 {
  const [path = '/', rawQueryString = ''] = splitOnce(request.url ?? '/', '?');
  // Despite its name, API Gateway decodes it. The query string stays as it was sent.
  const rawPath = decodeURIComponent(path);
  const { cookie, ...headers } = joinHeaders(request);
  const query = queryStringParameters(rawQueryString);
  const isText = isTextType(headers['content-type']);
  const domainName = headers.host ?? apiHost(matched.apiId);
  const now = new Date();
  return {
    version: '2.0',
    routeKey: matched.routeKey,
    rawPath,
    rawQueryString,
    ...(cookie && { cookies: cookie.split(/;\s*/).filter(Boolean) }),
    headers,
    ...(Object.keys(query).length > 0 && { queryStringParameters: query }),
    requestContext: {
      accountId: account.id,
      apiId: matched.apiId,
      domainName,
      domainPrefix: domainName.split('.')[0] ?? '',
      http: {
        method: request.method ?? 'GET',
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: sourceIp(request),
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: matched.requestId,
      routeKey: matched.routeKey,
      stage: '$default',
      time: requestTime(now),
      timeEpoch: now.getTime(),
    },
    ...(body.byteLength > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    ...(Object.keys(matched.pathParameters).length > 0 && { pathParameters: matched.pathParameters }),
    isBase64Encoded: body.byteLength > 0 && !isText,
  };
}

function joinHeaders(request: IncomingMessage): Record<string, string> {
  const joined = Object.entries(request.headers).map(([name, value]) => [
    name,
    [value ?? []].flat().join(','),
  ]);
  return Object.fromEntries(joined);
}

/** Decoded parameters. The values of a repeated parameter are joined with commas. */
function queryStringParameters(query: string): Record<string, string> {
  const parameters = new URLSearchParams(query);
  return Object.fromEntries([...parameters.keys()].map((name) => [name, parameters.getAll(name).join(',')]));
}

/**
 * API Gateway passes all other types as base64, including forms and bodies without a type.
 * https://aws.amazon.com/blogs/compute/handling-binary-data-using-amazon-api-gateway-http-apis/
 */
function isTextType(contentType = ''): boolean {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  return /^(text\/.*|application\/(json|xml|javascript)|.*\+(json|xml))$/.test(type);
}

export interface HttpResult {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
}

/** Headers that the gateway sets itself. It drops them from the result of a function. */
const framing = new Set(['connection', 'content-length', 'keep-alive', 'transfer-encoding', 'upgrade']);

/**
 * Reads the result of a function in payload format 2.0. Returns undefined for an invalid result; the client gets a 500.
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
    own['content-type'] ??= 'text/plain; charset=utf-8';
  }
  return { status, headers: own, body: Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8') };
}

/** @throws TypeError for an invalid header name or value, before anything is sent */
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

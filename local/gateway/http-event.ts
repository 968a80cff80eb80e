import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { account, apiHost } from '../assembly/account.ts';
import { sourceIp } from './forwarded.ts';
import { gatewayId } from './gateway-id.ts';
import { requestTime } from './request-time.ts';

interface Matched {
  readonly apiId: string;
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/** The Lambda event of payload format 2.0. */
export function httpEvent(request: IncomingMessage, body: Buffer, matched: Matched): APIGatewayProxyEventV2 {
  const [rawPath = '/', rawQueryString = ''] = splitOnce(request.url ?? '/', '?');
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
      requestId: gatewayId(),
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

/** Decoded; the values of a repeated parameter are joined by commas. */
function queryStringParameters(query: string): Record<string, string> {
  const parameters = new URLSearchParams(query);
  return Object.fromEntries([...parameters.keys()].map((name) => [name, parameters.getAll(name).join(',')]));
}

/**
 * API Gateway gives what it does not know to be text as base64: forms too, and bodies without a type.
 * https://aws.amazon.com/blogs/compute/handling-binary-data-using-amazon-api-gateway-http-apis/
 */
function isTextType(contentType = ''): boolean {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  return /^(text\/.*|application\/(json|xml|javascript)|.*\+(json|xml))$/.test(type);
}

export function splitOnce(text: string, separator: string): [string] | [string, string] {
  const index = text.indexOf(separator);
  return index === -1 ? [text] : [text.slice(0, index), text.slice(index + separator.length)];
}

import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { splitOnce } from '../gateway/http-handler.ts';
import { sourceIp } from '../gateway/request-context.ts';

interface Field {
  readonly value: string;
  readonly multiValue?: readonly { readonly value: string }[];
}

export type Fields = Readonly<Record<string, Field>>;

export interface ViewerRequest {
  readonly method: string;
  readonly uri: string;
  readonly querystring: Fields;
  readonly headers: Fields;
  readonly cookies: Fields;
}

/**
 * The event of a viewer-request function. Path and query stay percent-encoded, as in CloudFront.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html
 */
export function viewerEvent(request: IncomingMessage): { readonly request: ViewerRequest } {
  const [uri, query = ''] = splitOnce(request.url ?? '/', '?');
  const { cookie = '', ...headers } = request.headers;
  return {
    ...{
      version: '1.0',
      context: {
        distributionDomainName: 'local',
        distributionId: 'LOCAL',
        eventType: 'viewer-request',
        requestId: randomUUID(),
      },
      viewer: { ip: sourceIp(request) },
    },
    request: {
      method: request.method ?? 'GET',
      uri,
      querystring: collect(query.split('&').filter(Boolean)),
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, { value: [value ?? []].flat().join(', ') }]),
      ),
      cookies: collect(cookie.split(/;\s*/).filter(Boolean)),
    },
  };
}

/** Changes the request to the one that its viewer function returned. Unchanged parts keep their original form. */
export function applyRequest(request: IncomingMessage, before: ViewerRequest, after: ViewerRequest): void {
  const [, query] = splitOnce(request.url ?? '/', '?');
  const newQuery = isSame(before.querystring, after.querystring) ? query : spread(after.querystring, '&');
  request.url = after.uri + (newQuery ? `?${newQuery}` : '');

  for (const name of Object.keys(before.headers)) {
    if (!(name in after.headers)) {
      delete request.headers[name];
    }
  }
  for (const [name, field] of Object.entries(after.headers)) {
    if (!isSame(before.headers[name], field)) {
      request.headers[name] = valuesOf(field).join(', ');
    }
  }
  if (!isSame(before.cookies, after.cookies)) {
    request.headers.cookie = spread(after.cookies, '; ');
  }
}

export function isViewerRequest(value: unknown): value is ViewerRequest {
  const { uri, querystring, headers, cookies } = Object(value) as Record<string, unknown>;
  return typeof uri === 'string' && uri.startsWith('/') && [querystring, headers, cookies].every(isFields);
}

export function isFields(value: unknown): value is Fields {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((field) => typeof field?.value === 'string')
  );
}

export function valuesOf({ value, multiValue }: Field): readonly string[] {
  return multiValue?.map((one) => one.value) ?? [value];
}

/** Reads fields from `name=value` pairs. A repeated name has all its values in `multiValue`. */
function collect(pairs: readonly string[]): Fields {
  const values = new Map<string, string[]>();
  for (const pair of pairs) {
    const [name, value = ''] = splitOnce(pair, '=');
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  const fields = [...values].map(([name, all]): [string, Field] => [
    name,
    { value: all[0] ?? '', ...(all.length > 1 && { multiValue: all.map((value) => ({ value })) }) },
  ]);
  return Object.fromEntries(fields);
}

function spread(fields: Fields, separator: string): string {
  return Object.entries(fields)
    .flatMap(([name, field]) => valuesOf(field).map((value) => `${name}=${value}`))
    .join(separator);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendError } from './send-error.ts';
import {
  applyRequest,
  type Fields,
  isFields,
  isViewerRequest,
  valuesOf,
  viewerEvent,
} from './viewer-event.ts';
import type { ViewerFunction } from './viewer-function.ts';

/** Runs a viewer-request function; false if the request is answered by it, or by its failure. */
export function passViewerFunction(
  run: ViewerFunction,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const event = viewerEvent(request);
  let returned: unknown;
  try {
    returned = run(event);
  } catch {
    sendError(response, 503, 'The CloudFront function is invalid or could not run.');
    return false;
  }
  if (isViewerRequest(returned)) {
    applyRequest(request, event.request, returned);
    return true;
  }
  const answer = readAnswer(returned);
  if (answer === undefined) {
    sendError(response, 502, 'The CloudFront function returned an invalid value.');
    return false;
  }
  response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.byteLength });
  response.end(answer.body);
  return false;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

/** Reads a response object of CloudFront Functions; undefined if it is none. */
function readAnswer(value: unknown): Answer | undefined {
  const { statusCode, headers = {}, cookies = {}, body = '' } = Object(value) as Record<string, unknown>;
  if (!Number.isInteger(statusCode) || !isFields(headers) || !isFields(cookies)) {
    return undefined;
  }
  const { data, encoding } = typeof body === 'string' ? { data: body, encoding: 'text' } : Object(body);
  if (typeof data !== 'string' || (encoding !== 'text' && encoding !== 'base64')) {
    return undefined;
  }
  const joined = Object.entries(headers).map(([name, field]) => [name, valuesOf(field).join(', ')]);
  return {
    status: statusCode as number,
    headers: { ...Object.fromEntries(joined), ...setCookies(cookies) },
    body: Buffer.from(data, encoding === 'base64' ? 'base64' : 'utf8'),
  };
}

function setCookies(cookies: Fields): { 'set-cookie'?: readonly string[] } {
  const lines = Object.entries(cookies).map(([name, field]) => {
    const { attributes } = field as { attributes?: string };
    return [`${name}=${field.value}`, attributes ?? []].flat().join('; ');
  });
  return lines.length > 0 ? { 'set-cookie': lines } : {};
}

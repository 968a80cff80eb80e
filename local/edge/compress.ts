import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { ContentEncoding } from '../model.ts';

/** CloudFront's conditions: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html */
const minimumBytes = 1_000;
const maximumBytes = 10_000_000;
const statuses = new Set([200, 403, 404]);

/** The types of a site or an API among those that CloudFront compresses. */
const types = new Set([
  ...['application/javascript', 'application/json', 'application/wasm', 'application/xml', 'image/svg+xml'],
  ...['text/css', 'text/csv', 'text/html', 'text/javascript', 'text/plain', 'text/xml'],
]);

/** Low compression levels. An edge compresses once for many viewers; here one viewer waits for it. */
const compressors: Readonly<Record<ContentEncoding, (content: Buffer) => Promise<Buffer>>> = {
  br: (content) =>
    promisify(brotliCompress)(content, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 5,
        [constants.BROTLI_PARAM_SIZE_HINT]: content.byteLength,
      },
    }),
  gzip: (content) => promisify(gzip)(content),
};

/** Compresses the response that a handler writes later, with the first of `encodings` that the viewer accepts. */
export function compressAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  encodings: readonly ContentEncoding[],
): void {
  if (encodings.length === 0) return;
  const encoding = encodings.find((one) => accepts(request.headers['accept-encoding'], one));
  const writeHead = response.writeHead.bind(response);
  const end = response.end.bind(response) as (content?: unknown) => ServerResponse;
  let head: { readonly status: number; readonly headers: OutgoingHttpHeaders } | undefined;

  // All handlers of the distribution call `writeHead` in this form, and write the whole body with `end`.
  response.writeHead = ((status: number, headers: OutgoingHttpHeaders = {}) => {
    head = { status, headers };
    return response;
  }) as typeof response.writeHead;

  response.end = ((content?: string | Buffer) => {
    const { status, headers } = head ?? { status: response.statusCode, headers: {} };
    const body = content === undefined ? undefined : Buffer.from(content as string);
    if (!isCompressible(status, headers)) {
      writeHead(status, headers);
      return end(body);
    }
    const varied = { ...headers, vary: [headers.vary ?? [], 'Accept-Encoding'].flat().join(', ') };
    if (encoding === undefined || body === undefined) {
      writeHead(status, varied);
      return end(body);
    }
    compressors[encoding](body).then(
      (smaller) => {
        writeHead(status, { ...varied, ...encodedHeaders(headers, encoding, smaller) });
        end(smaller);
      },
      () => response.destroy(),
    );
    return response;
  }) as typeof response.end;
}

function encodedHeaders(
  headers: OutgoingHttpHeaders,
  encoding: ContentEncoding,
  content: Buffer,
): OutgoingHttpHeaders {
  const { etag } = headers;
  return {
    'content-encoding': encoding,
    'content-length': content.byteLength,
    // The origin's tag describes other bytes, so the tag becomes a weak one.
    ...(etag !== undefined && { etag: `W/${String(etag).replace(/^W\//, '')}` }),
  };
}

function isCompressible(status: number, headers: OutgoingHttpHeaders): boolean {
  const bytes = Number(headers['content-length'] ?? Number.NaN);
  const [type = ''] = String(headers['content-type'] ?? '').split(';');
  return (
    statuses.has(status) &&
    bytes >= minimumBytes &&
    bytes <= maximumBytes &&
    headers['content-encoding'] === undefined &&
    types.has(type.trim().toLowerCase())
  );
}

/** `gzip, br;q=0` accepts gzip only: RFC 9110, 12.5.3. */
function accepts(header: string | string[] | undefined, encoding: ContentEncoding): boolean {
  const weights = new Map(
    String(header ?? '')
      .toLowerCase()
      .split(',')
      .map((part) => part.split(';').map((piece) => piece.trim()))
      .map(([name = '', weight]) => [name, weight === undefined ? 1 : Number(weight.replace(/^q=/, ''))]),
  );
  return (weights.get(encoding) ?? weights.get('*') ?? 0) > 0;
}

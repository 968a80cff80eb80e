import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { splitOnce } from '../gateway/http-handler.ts';
import type { BucketFolder } from '../model.ts';
import { pathPattern } from '../wildcard.ts';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.xml': 'application/xml',
};

/** Serves one object of a private bucket, as S3 does for a distribution that may read and list the bucket. */
export async function serveObject(
  contents: readonly BucketFolder[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return sendS3Error(response, 405, 'MethodNotAllowed');
  }
  const key = objectKey(request.url ?? '/');
  if (key === undefined) {
    return sendS3Error(response, 400, 'InvalidURI');
  }
  const found = await find(contents, key);
  if (found === undefined) {
    return sendS3Error(response, 404, 'NoSuchKey');
  }
  const { content, contentType, cacheControl } = found;
  const etag = `"${createHash('md5').update(content).digest('hex')}"`;
  const headers = { etag, ...(cacheControl !== undefined && { 'cache-control': cacheControl }) };
  if (isKnown(request.headers['if-none-match'], etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, {
    ...headers,
    'content-type': contentType ?? types[extname(key).toLowerCase()] ?? 'application/octet-stream',
    'content-length': content.byteLength,
  });
  response.end(content);
}

function objectKey(url: string): string | undefined {
  try {
    return decodeURIComponent(splitOnce(url, '?')[0]).slice(1);
  } catch {
    return undefined;
  }
}

interface Found {
  readonly content: Buffer;
  readonly contentType: string | undefined;
  readonly cacheControl: string | undefined;
}

/** In S3 a key is a name and not a path. So a key with empty or dot segments finds no object. */
async function find(contents: readonly BucketFolder[], key: string): Promise<Found | undefined> {
  if (key.split(/[/\\]/).some((part) => ['', '.', '..'].includes(part)) || key.includes('\0')) {
    return undefined;
  }
  for (const { folder, prefix, except, include, contentType, cacheControl } of contents.toReversed()) {
    const name = key.slice(prefix.length);
    const isAmong = (patterns: readonly string[]) =>
      patterns.some((pattern) => pathPattern(pattern).test(`/${name}`));
    const leftOut = isAmong(except) && !isAmong(include);
    if (!key.startsWith(prefix) || leftOut) continue;
    const path = join(folder, name);
    const isFile = await stat(path).then(
      (entry) => entry.isFile(),
      () => false,
    );
    if (isFile) return { content: await readFile(path), contentType, cacheControl };
  }
  return undefined;
}

function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = ifNoneMatch?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes(etag) || tags.includes('*');
}

function sendS3Error(response: ServerResponse, status: number, code: string): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code></Error>`;
  response.writeHead(status, {
    'content-type': 'application/xml',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

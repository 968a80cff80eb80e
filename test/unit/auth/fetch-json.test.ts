import { describe, expect, it } from 'vitest';
import { fetchJson, MAX_DOCUMENT_BYTES } from '../../../functions/auth/fetch-json.ts';

const URL_OF_KEYS = 'https://login.example/keys';

function reader(answer: () => Response | Promise<Response>) {
  const asked: RequestInit[] = [];
  const fetch = async (_: unknown, init: RequestInit = {}) => {
    asked.push(init);
    return answer();
  };
  const deadline = (milliseconds: number) => AbortSignal.timeout(milliseconds / 50);
  return { asked, read: fetchJson({ fetch: fetch as typeof globalThis.fetch, deadline }) };
}

/** A body that goes on and on; `isRead` counts what was taken of it. */
function endless() {
  const taken = { chunks: 0, isCancelled: false };
  const body = new ReadableStream({
    pull(controller) {
      taken.chunks += 1;
      controller.enqueue(new Uint8Array(1024).fill(32));
    },
    cancel() {
      taken.isCancelled = true;
    },
  });
  return { taken, body };
}

describe('a document of another server', () => {
  it('is read as JSON, without redirects, within a time', async () => {
    const { asked, read } = reader(() => new Response('{"keys":[]}'));
    expect(await read(URL_OF_KEYS)).toEqual({ keys: [] });
    expect(asked).toEqual([
      { headers: { accept: 'application/json' }, redirect: 'error', signal: expect.any(AbortSignal) },
    ]);
  });

  it.each([
    ['is not JSON', () => new Response('<html>'), /JSON/],
    ['is empty', () => new Response(''), /JSON/],
    ['is not UTF-8', () => new Response(new Uint8Array([0x22, 0xff, 0x22])), /not valid/],
    ['is none', () => new Response(null, { status: 204 }), /answered 204/],
    ['comes with 404', () => new Response('{}', { status: 404 }), /answered 404/],
    ['comes with 500', () => new Response('{}', { status: 500 }), /answered 500/],
  ])('that %s is refused', async (_, answer, message) => {
    await expect(reader(answer).read(URL_OF_KEYS)).rejects.toThrow(message);
  });

  it('is read up to its largest size, and no further', async () => {
    const text = `"${'x'.repeat(MAX_DOCUMENT_BYTES - 2)}"`;
    expect(await reader(() => new Response(text)).read(URL_OF_KEYS)).toHaveLength(MAX_DOCUMENT_BYTES - 2);
    const { taken, body } = endless();
    await expect(reader(() => new Response(body)).read(URL_OF_KEYS)).rejects.toThrow(
      'more than 131072 bytes',
    );
    expect(taken.chunks).toBeLessThan(140);
    expect(taken.isCancelled).toBe(true);
  });

  it('whose server answers with an error is not read to its end', async () => {
    const { taken, body } = endless();
    await expect(reader(() => new Response(body, { status: 502 })).read(URL_OF_KEYS)).rejects.toThrow('502');
    expect(taken.isCancelled).toBe(true);
  });
});

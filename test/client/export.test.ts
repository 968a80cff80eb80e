import { describe, expect, it } from 'vitest';
import type { ExportLine } from '../../client/index.ts';
import { ADA, fakeServer, problem } from './fake-server.ts';
import { during, fakeClock, online, pass } from './support.ts';

fakeClock();

const line = (n: number) => ({ type: 'message', seq: n });
const linesOf = (...lines: object[]) => lines.map((one) => `${JSON.stringify(one)}\n`).join('');

/** A server with an export of three pages. `fail` may answer a request instead, by its number from 1 on. */
function serving(fail: (request: number) => Response | 'offline' | undefined = () => undefined) {
  const asked: string[] = [];
  const server = fakeServer();
  const pages = ['', '?cursor=b', '?cursor=c'];
  const fetch = async (url: string, init: RequestInit) => {
    const { pathname, search } = new URL(url);
    if (pathname !== '/users/me/export') return server.fetch(url, init);
    asked.push(search);
    const failure = fail(asked.length);
    if (failure === 'offline') throw new TypeError('fetch failed');
    if (failure) return failure;
    const i = pages.indexOf(search);
    const next = pages[i + 1];
    return new Response(linesOf(line(2 * i), i === 2 ? { type: 'end' } : line(2 * i + 1)), {
      headers: {
        'content-type': 'application/x-ndjson',
        ...(next && { link: `<https://elsewhere.example/users/me/export/${next}>; rel="next"` }),
      },
    });
  };
  return { server, asked, fetch };
}

async function linesFrom(exported: AsyncIterable<ExportLine>): Promise<unknown[]> {
  const lines: unknown[] = [];
  for await (const one of exported) lines.push(one);
  return lines;
}

const ALL = [...[0, 1, 2, 3, 4].map(line), { type: 'end' }];

describe('the export of one’s own data', () => {
  it('is every line of every page, from the client’s own server', async () => {
    const { server, asked, fetch } = serving();
    const { client } = await online(server, { fetch });
    expect(await during(linesFrom(client.exportData()))).toEqual(ALL);
    expect(asked).toEqual(['', '?cursor=b', '?cursor=c']);
  });

  it('asks for a page only when the lines before it were taken', async () => {
    const { server, asked, fetch } = serving();
    const { client } = await online(server, { fetch });
    for await (const one of client.exportData()) {
      expect(one).toEqual(line(0));
      break;
    }
    expect(asked).toEqual(['']);
  });

  it('asks for a page again that fails for a moment, and waits as long as the server says', async () => {
    const { server, asked, fetch } = serving((request) => {
      if (request === 2) return problem(503, 'unavailable');
      if (request === 3) return 'offline';
      if (request !== 4) return undefined;
      const body = JSON.stringify({ code: 'rate_limited', detail: 'Too much.' });
      return new Response(body, { status: 429, headers: { 'retry-after': '40' } });
    });
    const { client } = await online(server, { fetch });
    const lines = linesFrom(client.exportData());
    await pass(10_000);
    expect(asked).toEqual(['', ...Array(3).fill('?cursor=b')]);
    expect(await during(lines, 40_000)).toEqual(ALL);
    expect(asked).toEqual(['', ...Array(4).fill('?cursor=b'), '?cursor=c']);
  });

  it('asks again for a page that was cut within a line', async () => {
    const { server, fetch } = serving((request) =>
      request === 1
        ? new Response('{"type":"mess', { headers: { 'content-type': 'application/x-ndjson' } })
        : undefined,
    );
    const { client } = await online(server, { fetch });
    expect(await during(linesFrom(client.exportData()), 10_000)).toEqual(ALL);
  });

  it('waits for its pace however often it is told to', async () => {
    const limited = () =>
      new Response(JSON.stringify({ code: 'rate_limited', detail: 'Too much.' }), {
        status: 429,
        headers: { 'retry-after': '1' },
      });
    const { server, fetch } = serving((request) => (request <= 12 ? limited() : undefined));
    const { client } = await online(server, { fetch });
    expect(await during(linesFrom(client.exportData()), 20_000)).toEqual(ALL);
  });

  it('gives up after six failures of a page, and at once if another try cannot help', async () => {
    const failing = serving(() => problem(503, 'unavailable'));
    const { client } = await online(failing.server, { fetch: failing.fetch });
    await expect(during(linesFrom(client.exportData()), 120_000)).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(failing.asked).toHaveLength(6);
    const refusing = serving(() => problem(400, 'validation_failed'));
    const other = await online(refusing.server, { fetch: refusing.fetch });
    await expect(during(linesFrom(other.client.exportData()))).rejects.toMatchObject({ status: 400 });
    expect(refusing.asked).toHaveLength(1);
  });

  it('does not go on for another user', async () => {
    const { server, asked, fetch } = serving();
    const { client } = await online(server, { fetch });
    expect(client.session.value.user?.id).toBe(ADA);
    const exported = client.exportData();
    expect(await during(exported.next())).toMatchObject({ value: line(0) });
    await during(client.logOut());
    await during(client.logIn({ email: 'bob@example.com', password: 'x' }));
    await exported.next();
    await expect(during(exported.next())).rejects.toMatchObject({ code: 'session_ended' });
    expect(asked).toEqual(['']);
  });

  it('needs a user', async () => {
    const { server, fetch } = serving();
    const { client } = await online(server, { fetch });
    await during(client.logOut());
    await expect(during(client.exportData().next())).rejects.toMatchObject({ code: 'not_logged_in' });
  });
});

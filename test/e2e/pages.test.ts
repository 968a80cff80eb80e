import { describe, expect, inject, it } from 'vitest';

const url = inject('parleyUrl');

describe('the pages of the site', () => {
  it('begin at /', async () => {
    const response = await fetch(url);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await response.text()).toContain('<title>Parley</title>');
  });

  it('include the app: every file that the first page names exists, with its content type', async () => {
    const page = await (await fetch(url)).text();
    const named = [...page.matchAll(/<(?:script|link)\b[^>]*?\b(?:src|href)="([^"]+)"/g)].map(
      ([, path]) => path,
    );
    const types = await Promise.all(
      named.map(async (path) => {
        const response = await fetch(new URL(path ?? '', `${url}/`));
        return [response.status, response.headers.get('content-type')];
      }),
    );
    expect(named.join()).toMatch(/\/assets\/[\w-]+\.js/);
    expect(types).toContainEqual([200, 'text/javascript; charset=utf-8']);
    expect(types).toContainEqual([200, 'text/css; charset=utf-8']);
    expect(types.filter(([status]) => status !== 200)).toEqual([]);
  });

  it('are requested each time, and the files that they name are cached for ever', async () => {
    const cacheControl = async (path: string) => (await fetch(url + path)).headers.get('cache-control');
    const [script] = /\/assets\/[^"]+\.js/.exec(await (await fetch(url)).text()) ?? [''];
    expect(await cacheControl('/')).toBe('no-cache');
    expect(await cacheControl(script)).toBe('public, max-age=31536000, immutable');
  });

  it('are compressed', async () => {
    const page = await (await fetch(url)).text();
    const [script = ''] = /\/assets\/[^"]+\.js/.exec(page) ?? [];
    const { headers } = await fetch(url + script, { headers: { 'accept-encoding': 'gzip' } });
    expect(headers.get('content-encoding')).toBe('gzip');
    expect(headers.get('vary')).toContain('Accept-Encoding');
  });

  it('allow nothing inline, except the styles of Swagger UI', async () => {
    const policy = async (path: string) =>
      (await fetch(url + path)).headers.get('content-security-policy') ?? '';
    expect(await policy('/')).toContain("style-src 'self';");
    expect(await policy('/')).toContain("require-trusted-types-for 'script'");
    expect(await policy('/schema/swagger-ui/frame.html')).toContain("style-src 'self' 'unsafe-inline';");
  });

  it.each(['/nothing-here', '/index.html/..%2f..%2fpackage.json', '/..%2fpackage.json'])(
    'do not go beyond what was deployed: GET %s',
    async (path) => {
      const { status } = await fetch(url + path);
      expect([400, 403, 404]).toContain(status);
    },
  );

  it('are read-only', async () => {
    expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(403);
  });
});

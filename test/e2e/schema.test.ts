import { readFileSync } from 'node:fs';
import { describe, expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import { SETTINGS } from '../systems.ts';
import { ownRuntime } from './support/own-runtime.ts';
import { rest } from './support/rest.ts';

const api = rest(inject('parleyUrl'));

describe('/schema/', () => {
  it('serves openapi.yaml to everybody', async () => {
    const { status, body } = await api.get('/schema/');
    expect(status).toBe(200);
    expect(body).toEqual(parse(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8')));
  });
});

const PAGES = ['/schema/swagger-ui', '/schema/swagger-ui/', '/schema/swagger-ui/frame.html'];

describe('/schema/swagger-ui/', () => {
  it.each(PAGES)('is a page at %s whose files are all there', async (path) => {
    const page = await api.get(path);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    const files = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link as string);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const { pathname, origin } = new URL(file, api.url + path);
      expect(origin).toBe(new URL(api.url).origin);
      expect(await api.get(pathname)).toMatchObject({ status: 200 });
    }
  });

  it.each(PAGES)('loads nothing from another host at %s', async (path) => {
    const { body, headers } = await api.get(path);
    expect(body.match(/(?:https?:)?\/\/[\w.-]+/g) ?? []).toEqual([]);
    // The bundle names other hosts (for a validator's badge, for example). The policy keeps the browser from asking
    // them.
    expect(headers.get('content-security-policy')).toMatch(/default-src '(none|self)'/);
  });

  it('runs Swagger UI without an origin, whoever opens it', async () => {
    const policyOf = async (path: string) =>
      (await api.get(path)).headers.get('content-security-policy')?.split('; ');
    const sandbox = 'sandbox allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox';
    expect(await policyOf('/schema/swagger-ui/frame.html')).toContain(sandbox);
    const { body } = await api.get('/schema/swagger-ui/');
    expect([...body.matchAll(/<script src="([^"]+)"/g)].map(([, path]) => path)).toEqual([
      '/schema/swagger-ui/bridge.js',
    ]);
  });
});

describe.skipIf(inject('table') === undefined)('with apiDocs=off', () => {
  const runtime = ownRuntime({ context: SETTINGS.withoutPasswords });

  it.each([...PAGES, '/schema/swagger-ui/swagger-ui-bundle.js'])(
    '%s is unknown as any other path, and the document stays',
    async (path) => {
      const other = rest(runtime().url);
      const [page, unknown] = await Promise.all([other.get(path), other.get('/schema/nothing')]);
      expect(page).toMatchObject({ status: 404, body: { code: 'not_found' } });
      expect([unknown.status, unknown.body.code]).toEqual([page.status, page.body.code]);
      expect(await other.request('POST', path)).toMatchObject({ status: 404 });
      expect(await other.get('/schema/')).toMatchObject({ status: 200 });
    },
  );
});

import { readFileSync } from 'node:fs';
import { describe, expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import { rest } from './support/rest.ts';

const api = rest(inject('parleyUrl'));

describe('/schema/', () => {
  it('serves openapi.yaml to everybody', async () => {
    const { status, body } = await api.get('/schema/');
    expect(status).toBe(200);
    expect(body).toEqual(parse(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8')));
  });
});

describe('/schema/swagger-ui/', () => {
  it.each(['/schema/swagger-ui', '/schema/swagger-ui/'])(
    'is a page at %s whose files are all there',
    async (path) => {
      const page = await api.get(path);
      expect(page.headers.get('content-type')).toMatch(/^text\/html/);
      const files = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link as string);
      expect(files.length).toBeGreaterThan(0);
      for (const file of files) {
        const { pathname, origin } = new URL(file, api.url + path);
        expect(origin).toBe(new URL(api.url).origin);
        expect(await api.get(pathname)).toMatchObject({ status: 200 });
      }
    },
  );

  it('loads nothing from another host', async () => {
    const { body, headers } = await api.get('/schema/swagger-ui/');
    expect(body.match(/(?:https?:)?\/\/[\w.-]+/g) ?? []).toEqual([]);
    // The bundle names other hosts (for a validator's badge, for example). The policy keeps the browser from asking
    // them.
    expect(headers.get('content-security-policy')).toMatch(/default-src '(none|self)'/);
  });
});

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../lib/app.ts';
import { bundleFunctions } from '../../lib/bundle.ts';
import { DOCUMENT, OPERATIONS } from './document.ts';

interface Resource {
  readonly Type: string;
  readonly Properties: {
    readonly RouteKey: string;
    readonly Target: { readonly 'Fn::Join': readonly [string, readonly [string, { readonly Ref: string }]] };
    readonly IntegrationUri: unknown;
  };
}

const outdir = mkdtempSync(join(tmpdir(), 'parley-contract-'));
afterAll(() => rmSync(outdir, { recursive: true }));

/** The route keys of the HTTP API in the templates, such as `GET /users`. */
let deployed: string[];
let heads: string[];
beforeAll(() => {
  bundleFunctions();
  // This test needs no pages.
  const pages = join(outdir, 'web');
  mkdirSync(pages);
  writeFileSync(join(pages, 'index.html'), '');
  const resources = createApp({ outdir: join(outdir, 'cdk.out'), pages })
    .synth()
    .stacks.map(({ templateFullPath }) => JSON.parse(readFileSync(templateFullPath, 'utf8')).Resources)
    .reduce((all: Record<string, Resource>, own) => Object.assign(all, own), {});
  const routes = Object.values<Resource>(resources)
    .filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Route')
    .map(({ Properties: { RouteKey, Target } }) => {
      const integration = resources[Target['Fn::Join'][1][1].Ref] as Resource;
      return { key: RouteKey, answeredBy: JSON.stringify(integration.Properties.IntegrationUri) };
    });
  // The function behind `$default` answers 404 and 405. The document has no operations for that.
  const refusing = routes.filter(({ key }) => key === '$default').map(({ answeredBy }) => answeredBy);
  const answering = routes
    .filter(({ key, answeredBy }) => /^[A-Z]+ \//.test(key) && !refusing.includes(answeredBy))
    .map(({ key }) => key);
  // OpenAPI would need a description for each. The document says once that HEAD answers as GET.
  [heads = [], deployed = []] = [true, false].map((isHead) =>
    answering.filter((key) => key.startsWith('HEAD ') === isHead),
  );
});

const documented = OPERATIONS.map(({ method, path }) => `${method} ${path}`);
const twinOf = (key: string) => `${key}/{proxy+}`;
/** OpenAPI has no greedy variables, so the document shows them as ordinary ones. */
const plain = (key: string) => key.replaceAll('+}', '}');

describe('the document and the template agree on the routes', () => {
  it('every operation has a route', () => {
    expect(deployed.map(plain)).toEqual(expect.arrayContaining(documented));
  });

  it('every route is an operation, or its twin for the trailing slash', () => {
    const twins = documented.map(twinOf).map(plain);
    expect(deployed.map(plain).filter((key) => !documented.includes(key) && !twins.includes(key))).toEqual(
      [],
    );
  });

  it('exactly the paths with GET have HEAD, as the document says', () => {
    const gets = deployed.filter((key) => key.startsWith('GET '));
    expect(heads.toSorted()).toEqual(gets.map((key) => key.replace('GET', 'HEAD')).toSorted());
    expect(DOCUMENT.info.description).toContain('`HEAD` answers as `GET`');
  });

  it('every operation has a twin for its trailing slash, except a file, and the page with its files below it', () => {
    expect(documented.filter((key) => !deployed.includes(twinOf(key)))).toEqual([
      'GET /.well-known/jwks.json',
      'GET /schema/swagger-ui',
      'GET /schema/swagger-ui/{asset}',
    ]);
  });
});

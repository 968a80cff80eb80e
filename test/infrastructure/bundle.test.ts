import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleFunctions } from '../../lib/bundle.ts';
import { functionSpecs } from '../../lib/functions.ts';
// Bundles read their environment when they are loaded.
import '../unit/support/environment.ts';

const entries = Object.keys(functionSpecs);
const bundle = (entry: string, ...path: string[]) => join('.build/functions', entry, ...path);

describe('the bundles of functions', () => {
  beforeAll(bundleFunctions);

  it('are exactly those of the list', () => {
    const built = readdirSync('.build/functions').flatMap((group) =>
      readdirSync(join('.build/functions', group)).map((name) => `${group}/${name}`),
    );
    expect(built.toSorted()).toEqual(entries.toSorted());
  });

  const KIB: Readonly<Record<string, number>> = {
    // No other function verifies tokens, hashes passwords and has the list of common ones.
    'http/own-password': 376,
    // All actions of sockets, and the verification of the token of `auth.refresh`: jose has 16 KiB.
    'websocket/message': 376,
    // Groups, the log and the inbox.
    'http/groups': 350,
    'http/join': 346,
    // The SDK's client of SES registers the schemas of all its operations, 47 KiB.
    'http/reset-password': 356,
    // That, and what register has.
    'http/sign-up': 434,
    // They hash passwords and have the list of common ones.
    'http/confirm-reset': 358,
    'http/register': 346,
  };

  it.each(entries)('%s is at most 342 KiB, but for those above', (entry) => {
    expect(statSync(bundle(entry, 'index.mjs')).size).toBeLessThanOrEqual((KIB[entry] ?? 342) * 1024);
  });

  it.each(entries)('%s takes credentials from its environment alone', (entry) => {
    expect(readFileSync(bundle(entry, 'index.mjs'), 'utf8')).not.toMatch(
      /fromSSO|fromIni|GetRoleCredentials/,
    );
  });

  it.each(entries)('%s is a pure ES module: it calls no `require` at run time', (entry) => {
    const source = readFileSync(bundle(entry, 'index.mjs'), 'utf8');
    expect(source).not.toContain('Dynamic require of');
    expect(source).toMatch(/export\s*\{[^}]*\bas handler\b/);
  });

  it.each(entries)('%s loads neither undici nor anything of `node:http` that it does not use', (entry) => {
    const source = readFileSync(bundle(entry, 'index.mjs'), 'utf8');
    expect(source).not.toMatch(/from\s*"(node:)?http"|import\("(node:)?http"\)/);
  });

  it('have handlers without a callback: Lambda refuses three parameters on Node.js 24', () => {
    const files = entries.map((entry) => pathToFileURL(bundle(entry, 'index.mjs')).href);
    // A process of its own loads them as Lambda does. The clients that they open connect to nothing.
    const source = `
      const handlers = await Promise.all(${JSON.stringify(files)}.map(async (file) => (await import(file)).handler));
      console.log(JSON.stringify(handlers.map((handler) => [typeof handler, handler.length])));
      process.exit();`;
    const found = execFileSync(process.execPath, ['--input-type=module', '--eval', source], {
      encoding: 'utf8',
    });
    const parameters = Object.fromEntries(entries.map((entry, i) => [entry, JSON.parse(found)[i]]));
    for (const [entry, [type, count]] of Object.entries(parameters)) {
      expect([entry, type, count <= 2]).toEqual([entry, 'function', true]);
    }
  });

  it('are not rewritten when nothing has changed, so that their readers are not disturbed', () => {
    const before = statSync(bundle('http/token', 'index.mjs')).mtimeMs;
    bundleFunctions();
    expect(statSync(bundle('http/token', 'index.mjs')).mtimeMs).toBe(before);
  });

  it('are built again when anything differs from the last build', () => {
    // In a folder of its own: another process may be reading the others.
    const stranger = bundle('http', 'stranger', 'index.mjs');
    mkdirSync(dirname(stranger));
    writeFileSync(stranger, '');
    bundleFunctions();
    expect(existsSync(stranger)).toBe(false);
  });

  it('contain the OpenAPI document and Swagger UI’s files in one function each', () => {
    const files = (entry: string) => readdirSync(bundle(entry), { recursive: true }).toSorted();
    expect(files('http/schema')).toEqual(['index.mjs', 'openapi.json']);
    expect(files('http/api-docs')).toEqual([
      'index.mjs',
      'swagger-ui',
      'swagger-ui/favicon-32x32.png',
      'swagger-ui/swagger-ui-bundle.js',
      'swagger-ui/swagger-ui.css',
    ]);
    expect(JSON.parse(readFileSync(bundle('http/schema', 'openapi.json'), 'utf8')).openapi).toMatch(/^3\.1/);
    expect(files('http/token')).toEqual(['index.mjs']);
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { httpRoutes } from '../../lib/routes.ts';
import { OPERATIONS, type Operation, resolved, SOCKET_DOCUMENT } from './document.ts';
import { ROOT } from './markdown.ts';

/** Words for what only its owner may have. Logs have the addresses of requests, and never their bodies. */
const SECRET = /token|secret|password|passphrase|credential|ticket|jwt|refresh|access|hash|signature|code/i;

const secretsAmong = (names: readonly string[]) => names.filter((name) => SECRET.test(name));

/** The names in a path, but that of a twin for the trailing slash. */
const namesIn = (path: string) =>
  [...path.matchAll(/\{(\w+)\+?\}/g)].map(([, name]) => name as string).filter((name) => name !== 'proxy');

interface Parameter {
  readonly name: string;
  readonly in: string;
}

/** The parameters in the address of a request. */
function parametersOf({ path, described }: Operation): string[] {
  const parameters: readonly Parameter[] = (described.parameters ?? []).map((one: unknown) => resolved(one));
  const inQuery = parameters.filter((one) => one.in === 'query').map(({ name }) => name);
  return [...namesIn(path), ...inQuery];
}

const routes = [...Map.groupBy(httpRoutes, ({ entry }) => entry)].map(
  ([entry, own]) => [entry, new Set(own.flatMap(({ path }) => namesIn(path)))] as const,
);

/** The names that an entry reads from its path or its query, as its source says: one by one, or several at once. */
function readBy(entry: string, from: 'pathParameters' | 'queryStringParameters'): Set<string> {
  const source = readFileSync(join(ROOT, `functions/${entry}.ts`), 'utf8');
  const single = [...source.matchAll(new RegExp(`${from}\\??\\.(\\w+)`, 'g'))].map(
    ([, name]) => name as string,
  );
  const several = [...source.matchAll(new RegExp(`\\{([\\w\\s,:]+)\\} = event\\.${from}`, 'g'))].flatMap(
    ([, names]) => (names as string).split(',').map((name) => name.replace(/:.*/, '').trim()),
  );
  return new Set([...single, ...several]);
}

describe('no secret is in the address of a request', () => {
  it.each(OPERATIONS)('$method $path', (operation) => {
    expect(secretsAmong(parametersOf(operation))).toEqual([]);
  });

  it.each(routes)('%s has none in its routes, and reads nothing else from them', (entry, names) => {
    expect(secretsAmong([...names])).toEqual([]);
    expect(readBy(entry, 'pathParameters')).toEqual(names);
  });

  it('that of a socket may have a ticket, which works once, for 30 seconds', () => {
    const { channels, components } = SOCKET_DOCUMENT;
    const schemes = Object.values<Parameter>(components.securitySchemes).filter((one) => one.in === 'query');
    const addresses = Object.values<{ readonly address: string }>(channels).flatMap((one) =>
      namesIn(one.address),
    );
    expect(secretsAmong([...schemes.map(({ name }) => name), ...addresses])).toEqual(['ticket']);
    expect(readBy('websocket/authorize', 'queryStringParameters')).toEqual(new Set(['user_id', 'ticket']));
  });
});

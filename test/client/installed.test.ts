import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildClient } from '../../client/build.ts';

const CONSUMER = `
import { createClient, localTokens, type Message, memoryTokens, ParleyError } from '@parley/client';

const client = createClient({ baseUrl: 'http://127.0.0.1:9', tokens: memoryTokens() });
const error = await client.logIn({ email: 'a@example.com', password: 'x' }).catch((reason: unknown) => reason);
if (!(error instanceof ParleyError)) throw error;
const messages: readonly Message[] = client.conversation('a.b').messages.value;
const isHeld: Promise<boolean> = client.conversation('a.b').loadBackTo(1).catch(() => false);
client.close();
export const words = [error.code, messages.length, client.session.value.state, typeof localTokens, await isHeld];
`;

describe('the package', () => {
  const home = mkdtempSync(join(tmpdir(), 'parley-client-'));
  const installed = join(home, 'node_modules/@parley/client');
  beforeAll(() => {
    const built = buildClient(join(home, 'built'));
    // As npm installs from a path, but without the network: the files in `files`, and those that npm always adds.
    const { files } = JSON.parse(readFileSync(join(built, 'package.json'), 'utf8'));
    const always = ['package.json', 'README.md', 'LICENSE'];
    for (const file of globSync([...files, ...always], { cwd: built })) {
      cpSync(join(built, file), join(installed, file));
    }
    writeFileSync(join(home, 'package.json'), '{"type":"module"}');
    writeFileSync(join(home, 'consumer.ts'), CONSUMER);
  });
  afterAll(() => rmSync(home, { recursive: true }));

  const run = (...given: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, given, { cwd: home, encoding: 'utf8' });
    return { status, printed: stdout + stderr };
  };
  const typeCheck = (...options: string[]) =>
    run(
      resolve('node_modules/typescript/bin/tsc'),
      ...['--noEmit', '--strict', '--skipLibCheck', 'false', '--target', 'es2022', '--lib', 'es2022'],
      ...['--types', '', ...options, 'consumer.ts'],
    );

  it.each([
    ['Node', ['--module', 'nodenext']],
    ['a bundler', ['--module', 'esnext', '--moduleResolution', 'bundler']],
  ])('has types for %s that need neither those of the DOM nor those of Node', (_whom, options) => {
    expect(typeCheck(...options)).toEqual({ status: 0, printed: '' });
  });

  it('runs in Node', () => {
    const script = "console.log(JSON.stringify((await import('./consumer.ts')).words))";
    const { status, printed } = run(
      '--disable-warning=ExperimentalWarning',
      '--input-type=module',
      '-e',
      script,
    );
    expect({ status, printed }).toEqual({ status: 0, printed: '["offline",0,"unknown","function",false]\n' });
  });

  it('contains only JavaScript and declarations, which import existing files', () => {
    const files = readdirSync(installed, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => relative(installed, join(parentPath, name)));
    expect(files.filter((file) => !/\.(js|d\.ts)$/.test(file)).sort()).toEqual([
      'LICENSE',
      'README.md',
      'package.json',
    ]);
    expect(files).not.toContain('build.js');
    for (const file of files.filter((name) => name.endsWith('s'))) {
      const text = readFileSync(join(installed, file), 'utf8');
      for (const [, named = ''] of text.matchAll(/(?:from|import) ?'([^']*)'/g)) {
        expect(named).toMatch(/^\.{1,2}\/[\w/-]+\.js$/);
        expect(files).toContain(join(dirname(file), named));
      }
    }
  });
});

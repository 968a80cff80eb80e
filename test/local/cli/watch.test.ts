import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type Started, start } from './command.ts';

const root = new URL('../../..', import.meta.url).pathname;
const parts = [
  'scripts',
  'lib',
  'functions',
  'local',
  'web',
  'client',
  'openapi.yaml',
  'cdk.json',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];

describe('npm run dev', () => {
  const project = mkdtempSync(join(tmpdir(), 'parley-project-'));
  let started: Started;
  let url = '';
  beforeAll(async () => {
    for (const part of parts) cpSync(join(root, part), join(project, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'));
    started = start(['--watch', '--memory'], { PORT: '0' }, join(project, 'scripts/start.ts'));
    url = /http:\S+?(?=\/ )/.exec(await started.line(/ready/))?.[0] ?? '';
  });
  afterAll(async () => {
    started?.child.kill('SIGTERM');
    await started?.ended;
    rmSync(project, { recursive: true, force: true });
  });

  const post = async (path: string, body: object) =>
    (
      await fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    ).json() as Promise<Record<string, string>>;
  const change = (file: string, from: string, to: string) => {
    const path = join(project, file);
    writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
  };
  const reloads = () => started.lines.filter((line) => line.startsWith('[runtime]'));

  it('serves changed pages and functions, and keeps data and sockets', async () => {
    const person = {
      first_name: 'A',
      last_name: 'B',
      password: 'an engine weaves',
      password2: 'an engine weaves',
    };
    const { email, password } = { email: 'ada@example.com', password: person.password };
    await post('/users/register/', { ...person, email, username: 'ada' });
    const { id } = await post('/users/register/', { ...person, email: 'b@example.com', username: 'babbage' });
    const { access } = await post('/users/token/', { email, password });
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/chat/${id}/`, {
      headers: { authorization: `Bearer ${access}` },
    });
    const frames: string[] = [];
    socket.on('message', (data) => frames.push(String(data)));
    await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));

    change('web/index.html', '</body>', '<p>changed</p></body>');
    await vi.waitFor(() => expect(reloads()).toHaveLength(1), 30_000);
    expect(await (await fetch(`${url}/`)).text()).toContain('<p>changed</p>');
    expect(await post('/users/token/', { email, password })).toHaveProperty('access');
    socket.send(JSON.stringify({ message: 'still here' }));
    await vi.waitFor(() => expect(frames.join()).toContain('still here'), 10_000);
    socket.close();
  });

  it('reloads after an editor replaces a document', async () => {
    const before = reloads().length;
    const path = join(project, 'openapi.yaml');
    writeFileSync(`${path}.tmp`, readFileSync(path, 'utf8').replace('title: ', 'title: Renamed '));
    renameSync(`${path}.tmp`, path);
    await vi.waitFor(() => expect(reloads().length).toBeGreaterThan(before), 30_000);
    const { info } = (await (await fetch(`${url}/schema/`)).json()) as { info: { title: string } };
    expect(info.title).toContain('Renamed');
  });

  it('logs an error of the sources, and the old version keeps running', async () => {
    const before = reloads().length;
    change('functions/http/jwks.ts', 'export', 'exp0rt');
    await vi.waitFor(() => expect(reloads().length).toBeGreaterThan(before), 30_000);
    expect(reloads().at(-1)).toContain('not reloaded, the old version keeps running: ');
    expect(started.lines.join('\n')).toContain('functions/http/jwks.ts:');
    expect((await fetch(`${url}/.well-known/jwks.json`)).status).toBe(200);

    change('functions/http/jwks.ts', 'exp0rt', 'export');
    await vi.waitFor(() => expect(reloads().at(-1)).toContain('] reloaded in'), 30_000);
  });

  it('logs an error of the web app, and the old version keeps running', async () => {
    const before = reloads().length;
    change('web/main.tsx', 'import', 'imp0rt');
    await vi.waitFor(() => expect(reloads().length).toBeGreaterThan(before), 30_000);
    expect(reloads().at(-1)).toContain('not reloaded, the old version keeps running: ');
    expect(started.lines.join('\n')).toContain('web/main.tsx:1:');
    expect((await fetch(`${url}/`)).status).toBe(200);
  });
});

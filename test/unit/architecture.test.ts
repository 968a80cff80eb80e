import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

const forbidden = [
  ['functions/core/messages', '@aws-sdk/client-dynamodb'],
  ['functions/core/messages', 'node:crypto'],
  ['functions/core/messages', 'zod/mini'],
  ['functions/core/messages', '../../storage/keys.ts'],
  ['functions/core', '../protocol/errors.ts'],
  ['functions/core', '../runtime/config.ts'],
  ['functions/protocol', '../storage/keys.ts'],
  ['functions/protocol', '@aws-sdk/client-dynamodb'],
  ['functions/middleware', '../runtime/logger.ts'],
  ['functions/middleware', '../storage/table.ts'],
  ['functions/storage', '../auth/key-set.ts'],
  ['functions/storage', '../runtime/config.ts'],
  ['functions/auth', '../storage/table.ts'],
  ['functions/gateway', '../storage/table.ts'],
  ['functions/aws', '../storage/table.ts'],
  ['functions/mailer', '../storage/table.ts'],
  ['functions/http', '../mailer/ses-mailer.ts'],
  ['functions/core/accounts', '../../mailer/ses-mailer.ts'],
  ['functions/http', '../aws/outages.ts'],
  ['functions/runtime', '../protocol/frames.ts'],
  ['functions/http', '../storage/sessions.ts'],
  ['functions/http', '../auth/passwords.ts'],
  ['functions/websocket', '@aws-sdk/client-dynamodb'],
  ['functions/stream', '../gateway/connections-gateway.ts'],
  ['lib', '../functions/core/errors.ts'],
  ['local', '../functions/core/errors.ts'],
  ['client', '../functions/protocol/text.ts'],
  ['client', 'node:crypto'],
  ['client', 'ws'],
  ['client', '../web/main.tsx'],
  ['client/connection', '../../functions/protocol/text.ts'],
  ['client/connection', '../../web/main.tsx'],
  ['client/connection', '../web/main.tsx'],
  ['client/connection', 'node:crypto'],
  ['web/views', 'react'],
  ['web/views', 'preact-router'],
  ['web/views', 'node:path'],
  ['web/views', 'vite'],
  ['web/views', '../../functions/protocol/text.ts'],
  ['web/views', '../../test/client/support.ts'],
  ['web/views', '../../client/outbox/outbox.ts'],
  ['web/views', '../../client/index.ts'],
  ['web/views', '@parley/local'],
  ['web', '../client/observable.ts'],
  ['lib', '../web/vite.config.ts'],
  ['lib', '../client/index.ts'],
  ['lib', '@parley/local'],
  ['local', '../web/main.tsx'],
  ['local', '../client/index.ts'],
  ['local', '../lib/app.ts'],
  ['local', '../scripts/build.ts'],
  ['local/lambda', '../../lib/hash-files.ts'],
  ['local', '@parley/client'],
  ['functions/http', '../../web/views/inbox.tsx'],
  ['functions/core/messages', '../../../client/index.ts'],
  ['functions/core/messages', '@parley/client'],
  ['functions/protocol', '@parley/client'],
  ['functions/middleware', '@parley/client'],
  ['functions/storage', '@parley/client'],
  ['functions/runtime', '@parley/client'],
  ['functions/websocket', '@parley/client'],
  ['functions/core/inbox', '../../../client/contract/http-types.ts'],
] as const;

const allowed = [
  ['functions/core/messages', '../errors.ts'],
  ['functions/core/messages', './append.ts'],
  ['functions/core/messages', '../accounts/ports.ts'],
  ['functions/protocol', '../core/messages/message.ts'],
  ['functions/protocol', 'zod/mini'],
  ['functions/middleware', '../protocol/errors.ts'],
  ['functions/middleware', '../auth/access-tokens.ts'],
  ['functions/storage', '../core/messages/ports.ts'],
  ['functions/storage', '@aws-sdk/client-dynamodb'],
  ['functions/runtime', '../storage/messages.ts'],
  ['functions/http', '../runtime/login.ts'],
  ['functions/core/inbox', '../../../client/contract/preview.ts'],
  ['client', './observable.ts'],
  ['client', './outbox/outbox.ts'],
  ['client/connection', './socket.ts'],
  ['client/connection', '../observable.ts'],
  ['client/connection', '../outbox/outbox.ts'],
  ['web/views', 'preact'],
  ['web/views', 'preact/hooks'],
  ['web/views', '@preact/signals'],
  ['web/views', '../state/session.ts'],
  ['web/views', './message.tsx'],
  ['web/views', '@parley/client'],
  ['web', '@parley/client'],
  ['web', './styles/base.css'],
] as const;

/** The lint rules of the files of a scratch project with the same configuration, by file. */
let broken: Map<string, string[]>;
let scratch: string;

function scratchFile(folder: string, from: string): string {
  return `${folder}/${from.replace(/[^a-z]+/gi, '-')}.ts`;
}

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'parley-arrows-'));
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(scratch, file)), { recursive: true });
    writeFileSync(join(scratch, file), text);
  };
  const {
    $schema: _,
    vcs: __,
    ...configuration
  } = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'));
  write('biome.json', JSON.stringify(configuration));
  for (const [folder, from] of [...forbidden, ...allowed]) {
    write(scratchFile(folder, from), `import { thing } from '${from}';\n\nthing();\n`);
  }
  write('functions/core/environment.ts', 'export const name = process.env.NAME;\n');
  const { stdout } = spawnSync(
    join(root, 'node_modules/.bin/biome'),
    ['lint', '--reporter=json', '--max-diagnostics=500'],
    { cwd: scratch, encoding: 'utf8' },
  );
  broken = new Map();
  for (const { category, location } of JSON.parse(stdout).diagnostics) {
    const file = String(location.path?.file ?? location.path);
    broken.set(file, [...(broken.get(file) ?? []), category]);
  }
});

afterAll(() => rmSync(scratch, { recursive: true }));

describe('the arrows between the folders', () => {
  it.each(forbidden)('%s may not import %s', (folder, from) => {
    expect(broken.get(scratchFile(folder, from))).toContain('lint/style/noRestrictedImports');
  });

  it.each(allowed)('%s may import %s', (folder, from) => {
    expect(broken.get(scratchFile(folder, from)) ?? []).not.toContain('lint/style/noRestrictedImports');
  });

  it('the domain reads no environment', () => {
    expect(broken.get('functions/core/environment.ts')).toContain('lint/style/noProcessEnv');
  });
});

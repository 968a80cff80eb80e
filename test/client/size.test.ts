import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

// What raised the bound, in KiB:
// 16 → 17: it renews the token of an open socket, and opens sessions with the tokens of other log-ins
// 17 → 18: reports, staff, and deletion by token
// 18 → 20: it follows messages that change, and changes them
// 20 → 21: reactions and replies
// 21 → 21.5: it follows quoted messages that are not loaded, and changes its outbox in one step for all tabs
// 21.5 → 23: groups
// 23 → 26: settings of conversations, invitations, and what a group says of itself
it('the library takes less than 26 KiB minified and gzipped, and imports nothing else', async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: ['client/index.ts'],
    bundle: true,
    minify: true,
    format: 'esm',
    // Neutral: an import from Node or from a package would fail.
    platform: 'neutral',
    target: 'es2022',
    write: false,
    metafile: true,
  });
  expect(Object.keys(metafile.inputs).filter((file) => !file.startsWith('client/'))).toEqual([]);
  expect(gzipSync(outputFiles[0]?.contents ?? '').length).toBeLessThan(26 * 1024);
});

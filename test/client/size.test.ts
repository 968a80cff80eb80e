import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

// 21.5 KiB until it had groups. 21 KiB until it followed quoted messages that are not loaded, and changed its outbox in one step for all tabs. 20 KiB until it had reactions and replies. 18 KiB until it followed messages that change, and changed them. 17 KiB until it had reports, staff and deletion by token. 16 KiB until it renewed the token of an open socket and opened sessions with the tokens of other log-ins.
it('the library takes less than 23 KiB minified and gzipped, and imports nothing else', async () => {
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
  expect(gzipSync(outputFiles[0]?.contents ?? '').length).toBeLessThan(23 * 1024);
});

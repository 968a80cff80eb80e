import { join } from 'node:path';
import { defineConfig } from 'vite';

/** One page, one script and one style sheet, with a hash of the content in their names. */
export default defineConfig({
  root: import.meta.dirname,
  // Preact's JSX (esbuild's and rolldown's own transform): no plug-in needed.
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: join(import.meta.dirname, '..', '.build', 'web'),
    emptyOutDir: true,
    // Browsers from 2024 on: what the client library asks for (Promise.withResolvers, Map.groupBy).
    target: 'es2024',
    // The page holds no other module to preload.
    modulePreload: false,
    // A picture inside the style sheet costs a third more than one beside it.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});

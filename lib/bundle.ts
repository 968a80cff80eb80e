import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { buildSync } from 'esbuild';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..');
const target = join(root, '.build', 'functions');

/** Swagger UI's own files that its page asks for; the rest of the package stays out of the bundle. */
const swaggerAssets = ['swagger-ui-bundle.js', 'swagger-ui.css', 'favicon-32x32.png'];

/** Builds every entry `functions/<group>/<name>.ts` into `.build/functions/<group>/<name>/index.mjs`. */
export function bundleFunctions(): void {
  rmSync(target, { recursive: true, force: true });
  const entries = globSync('functions/{http,websocket,stream}/*.ts', { cwd: root });
  buildSync({
    absWorkingDir: root,
    entryPoints: entries.map((entry) => ({
      in: entry,
      out: join(entry.replace(/^functions\//, '').replace(/\.ts$/, ''), 'index'),
    })),
    outdir: target,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // Some dependencies are CommonJS and `require` Node's own modules, which an ES module has no function for.
    banner: {
      js: "import { createRequire as commonJs } from 'node:module'; const require = commonJs(import.meta.url);",
    },
    logLevel: 'warning',
  });
  addSchemaFiles(join(target, 'http', 'schema'));
}

function addSchemaFiles(folder: string): void {
  const document = parse(readFileSync(join(root, 'openapi.yaml'), 'utf8'));
  writeFileSync(join(folder, 'openapi.json'), JSON.stringify(document));
  const assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  mkdirSync(join(folder, 'swagger-ui'));
  for (const file of swaggerAssets) {
    copyFileSync(join(assets, file), join(folder, 'swagger-ui', file));
  }
}

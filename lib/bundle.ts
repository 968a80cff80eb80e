import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';
import { parse } from 'yaml';
import { buildFolder, put } from './build-output.ts';
import { functionSpecs } from './functions.ts';
import { hashFiles } from './hash-files.ts';

const root = join(import.meta.dirname, '..');
const target = join(buildFolder, 'functions');

/** The files of Swagger UI that its page loads. The rest of the package stays out of the bundle. */
const swaggerAssets = ['swagger-ui-bundle.js', 'swagger-ui.css', 'favicon-32x32.png'];

/** All files that the bundles depend on. */
const inputs = [
  'functions/**',
  'client/contract/**',
  'openapi.yaml',
  'package.json',
  'package-lock.json',
  'lib/bundle.ts',
  'lib/functions.ts',
  'lib/stand-ins/**',
];
const stamp = join(buildFolder, 'functions.stamp');

/**
 * Builds every entry `functions/<group>/<name>.ts` into `.build/functions/<group>/<name>/index.mjs`, unless it was
 * built from the same sources before. To compare takes a tenth of a second, to build more than one.
 */
export function bundleFunctions(): void {
  const madeOf = hashFiles(root, inputs);
  const state = () => `${madeOf} ${hashFiles(target, ['**'])}`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state()) return;
  bundleAll();
  put(stamp, Buffer.from(state()));
}

/** How a function is bundled. */
export const bundling = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // esbuild can shake the SDK's ES modules. Its CommonJS, which `platform: node` prefers, makes bundles half as
  // large again.
  mainFields: ['module', 'main'],
  // Modules that a function in Lambda does not need, and their replacements.
  alias: {
    '@aws-sdk/credential-provider-node': './lib/stand-ins/credentials.ts',
    'node:http': './lib/stand-ins/node-http.ts',
  },
  logLevel: 'warning',
} satisfies BuildOptions;

function bundleAll(): void {
  const names = Object.keys(functionSpecs);
  const { outputFiles } = buildSync({
    ...bundling,
    entryPoints: names.map((name) => ({ in: `functions/${name}.ts`, out: `${name}/index` })),
    outdir: target,
    outExtension: { '.js': '.mjs' },
    write: false,
  });
  for (const { path, contents } of outputFiles) {
    put(path, contents);
  }
  putDocument(join(target, 'http', 'schema'));
  putSwaggerFiles(join(target, 'http', 'api-docs'));
  removeAllBut(names);
}

function putDocument(folder: string): void {
  const document = parse(readFileSync(join(root, 'openapi.yaml'), 'utf8'));
  put(join(folder, 'openapi.json'), Buffer.from(JSON.stringify(document)));
}

function putSwaggerFiles(folder: string): void {
  const assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  for (const file of swaggerAssets) {
    put(join(folder, 'swagger-ui', file), readFileSync(join(assets, file)));
  }
}

function removeAllBut(names: readonly string[]): void {
  for (const group of readdirSync(target)) {
    for (const name of readdirSync(join(target, group))) {
      if (!names.includes(`${group}/${name}`)) {
        rmSync(join(target, group, name), { recursive: true, force: true });
      }
    }
  }
}

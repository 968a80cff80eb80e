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
    '@smithy/core/event-streams': './lib/stand-ins/event-streams.ts',
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
  const files: readonly File[] = [
    ...outputFiles,
    document(join(target, 'http', 'schema')),
    ...swaggerFiles(join(target, 'http', 'api-docs')),
  ];
  for (const { path, contents } of files) put(path, contents);
  removeAllBut(files);
}

interface File {
  readonly path: string;
  readonly contents: Uint8Array;
}

function document(folder: string): File {
  const content = parse(readFileSync(join(root, 'openapi.yaml'), 'utf8'));
  return { path: join(folder, 'openapi.json'), contents: Buffer.from(JSON.stringify(content)) };
}

function swaggerFiles(folder: string): File[] {
  const assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  return swaggerAssets.map((file) => ({
    path: join(folder, 'swagger-ui', file),
    contents: readFileSync(join(assets, file)),
  }));
}

/** What an earlier version of the sources left would be deployed. */
function removeAllBut(files: readonly File[]): void {
  const kept = new Set(files.flatMap(({ path }) => [path, ...foldersOf(path)]));
  for (const name of readdirSync(target, { recursive: true, encoding: 'utf8' })) {
    const path = join(target, name);
    if (!kept.has(path)) rmSync(path, { recursive: true, force: true });
  }
}

function foldersOf(path: string): string[] {
  const folder = dirname(path);
  return folder === target ? [] : [folder, ...foldersOf(folder)];
}

import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the templates, bundles and pages are made of. */
export const sources = {
  folders: ['functions', 'lib', 'web', 'client'],
  files: ['openapi.yaml', 'cdk.json'],
} as const;

const inputs = [
  ...sources.folders.map((folder) => `${folder}/**`),
  ...sources.files,
  ...['package-lock.json', 'tsconfig.json', 'local/synthesize.ts'],
];

/** The same for the same sources, dependencies, Node and context. */
export function sourceHash(root: string, context: Readonly<Record<string, string>>): string {
  const hash = createHash('sha256').update(JSON.stringify([process.version, context]));
  const entries = inputs.flatMap((pattern) => globSync(pattern, { cwd: root, withFileTypes: true }));
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths.sort()) {
    const content = readFileSync(path);
    hash.update(`\n${path.slice(root.length)} ${content.length}\n`).update(content);
  }
  return hash.digest('hex').slice(0, 16);
}

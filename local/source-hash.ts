import { hashFiles } from '../lib/hash-files.ts';

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
  return hashFiles(root, inputs, JSON.stringify([process.version, context]));
}

import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve as resolvePath } from 'node:path';
import type { Deployment } from '../model.ts';
import { AssemblyError } from './assembly-error.ts';
import { emptyDraft } from './draft.ts';
import { resolve } from './intrinsics.ts';
import { link } from './link.ts';
import { Properties } from './properties.ts';
import { Stack, type Template } from './template.ts';

interface Manifest {
  readonly artifacts: Readonly<Record<string, { type: string; properties?: Record<string, string> }>>;
}

interface AssetManifest {
  readonly files?: Readonly<
    Record<string, { source: { path: string }; destinations: Record<string, { objectKey: string }> }>
  >;
}

/**
 * Reads a synthesized CDK app (`cdk.out`). It leaves out resources of the ignored types.
 *
 * @throws AssemblyError with stack, resource and property, for everything that makes a difference and is not supported
 */
export function readAssembly(folder: string, ignoredTypes: readonly string[] = []): Deployment {
  const { artifacts } = json<Manifest>(join(folder, 'manifest.json'));
  const assets = new Map<string, string>();
  const templates: [string, Template][] = [];
  for (const [name, { type, properties }] of Object.entries(artifacts)) {
    if (type === 'cdk:asset-manifest') readAssets(folder, properties?.file ?? '', assets);
    if (type === 'aws:cloudformation:stack') {
      templates.push([
        properties?.stackName ?? name,
        json<Template>(join(folder, properties?.templateFile ?? '')),
      ]);
    }
  }
  const deployment = readTemplates(templates, assets, { name: basename(folder), ignoredTypes });
  const codeCache = resolvePath(folder, '.code-cache');
  return { ...deployment, functions: deployment.functions.map((spec) => ({ ...spec, codeCache })) };
}

/** The same for templates in memory. `assets` are folders by their key in S3. */
export function readTemplates(
  templates: readonly (readonly [stack: string, template: Template])[],
  assets: ReadonlyMap<string, string>,
  { name = 'the app', ignoredTypes = [] }: { name?: string; ignoredTypes?: readonly string[] } = {},
): Deployment {
  const exported = new Map<string, () => string>();
  const stacks = templates.map(
    ([stack, template]) =>
      new Stack(stack, template, { imports: (exportName) => exported.get(exportName)?.(), ignoredTypes }),
  );
  const outputs = stacks.flatMap((stack) => stack.outputs());
  for (const { exportName, value } of outputs) {
    if (exportName !== undefined) exported.set(exportName, value);
  }

  const draft = emptyDraft();
  for (const stack of stacks) {
    for (const { place, type, identity, raw } of stack.members()) {
      const error = (problem: string) => new AssemblyError(place, problem);
      const properties = new Properties(raw, (value) => resolve(value, stack, place), place);
      const assetFolder = (key: string) => {
        const found = assets.get(key);
        if (found === undefined) throw error(`there is no asset "${key}"`);
        return found;
      };
      if (type.read === undefined) continue;
      type.read({ ...identity, properties, assetFolder, error }, draft);
      properties.end();
    }
  }
  const shown = outputs.filter(({ exportName }) => exportName === undefined);
  return link(draft, Object.fromEntries(shown.map((output) => [output.name, output.value()])), name);
}

function readAssets(folder: string, file: string, assets: Map<string, string>): void {
  for (const { source, destinations } of Object.values(json<AssetManifest>(join(folder, file)).files ?? {})) {
    for (const { objectKey } of Object.values(destinations)) assets.set(objectKey, join(folder, source.path));
  }
}

function json<Content>(path: string): Content {
  if (!existsSync(path)) throw new AssemblyError({ stack: path }, 'there is no such file');
  return JSON.parse(readFileSync(path, 'utf8'));
}

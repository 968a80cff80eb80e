import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { createApp } from '../../../lib/app.ts';
import { functionSpecs } from '../../../lib/functions.ts';
import { type Resource, Template } from './template.ts';

type Context = Readonly<Record<string, string>>;

export interface Deployed {
  readonly data: Template;
  readonly service: Template;
  readonly site: Template;
  readonly all: readonly Template[];
  /** The names of the stacks with termination protection. */
  readonly protectedStacks: readonly string[];
}

/** Synthesizes all stacks with empty bundles and pages, and removes its files. */
export function synthesize(context: Context = {}): Deployed {
  return inFolder((folder) => {
    const { stacks } = appIn(folder, context).synth();
    const template = (suffix: string): Template => {
      const stack = stacks.find(({ stackName }) => stackName.endsWith(suffix));
      return new Template(stack?.template as { Resources: Record<string, Resource> });
    };
    const [data, service, site] = [template('-data'), template('-service'), template('-site')];
    const isProtected = stacks.filter(({ terminationProtection }) => terminationProtection);
    return {
      data,
      service,
      site,
      all: [data, service, site],
      protectedStacks: isProtected.map(({ stackName }) => stackName),
    };
  });
}

interface Variant {
  /** Of each bundle. */
  readonly source?: string;
  readonly target?: 'aws' | 'local';
}

/** The app with bundles and empty pages of its own, for synthesis into the folder. */
export function appIn(
  folder: string,
  context: Context = {},
  { source = 'export const handler = 1;', target = 'aws' }: Variant = {},
): App {
  const bundles = join(folder, 'functions');
  for (const entry of Object.keys(functionSpecs)) {
    mkdirSync(join(bundles, entry), { recursive: true });
    writeFileSync(join(bundles, entry, 'index.mjs'), source);
  }
  const pages = join(folder, 'web');
  mkdirSync(join(pages, 'assets'), { recursive: true });
  writeFileSync(join(pages, 'index.html'), '<!doctype html><html lang="en"></html>');
  writeFileSync(join(pages, 'assets', 'index-1.js'), '');
  return createApp({ outdir: join(folder, 'cdk.out'), bundles, pages, context, target });
}

/** Passes a folder and removes it afterwards. */
export function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'parley-infrastructure-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Template {
  Resources: Record<string, { Type: string; DependsOn?: string | string[]; Properties?: object }>;
}

/** Copies a cloud assembly. `target` is replaced if it is there. */
export function copyAssembly(source: string, target: string): void {
  rmSync(target, { recursive: true, force: true });
  cpSync(source, target, { recursive: true });
}

/** Leaves resources of some types out of all templates of an assembly: those that an emulator does not have. */
export function leaveOut(assembly: string, isLeftOut: (type: string) => boolean): void {
  changeTemplates(assembly, (template) => {
    const entries = Object.entries(template.Resources);
    const kept = entries.filter(([, { Type }]) => !isLeftOut(Type));
    const names = new Set(kept.map(([name]) => name));
    for (const [, resource] of kept) {
      if (resource.DependsOn === undefined) continue;
      resource.DependsOn = [resource.DependsOn].flat().filter((name) => names.has(name));
    }
    return { ...template, Resources: Object.fromEntries(kept) };
  });
}

/** Changes each template of an assembly. */
export function changeTemplates(assembly: string, change: (template: Template) => object): void {
  for (const file of readdirSync(assembly).filter((name) => name.endsWith('.template.json'))) {
    changeTemplate(assembly, file, change);
  }
}

/**
 * Changes one file of a function's bundle, as a new build would: the bundle and the template that names it get new
 * hashes.
 */
export function changeBundle(assembly: string, file: string, change: (text: string) => string): void {
  const folders = readdirSync(assembly).filter((name) => name.startsWith('asset.') && !name.endsWith('.zip'));
  const folder = folders.find((name) => readdirSync(join(assembly, name)).includes(file));
  if (folder === undefined) throw new Error(`no bundle of ${assembly} has a file ${file}`);
  const path = join(assembly, folder, file);
  const changed = change(readFileSync(path, 'utf8'));
  writeFileSync(path, changed);
  const oldHash = folder.replace('asset.', '');
  const newHash = sha256(changed);
  renameSync(join(assembly, folder), join(assembly, `asset.${newHash}`));
  for (const name of readdirSync(assembly).filter((one) => one.endsWith('.json'))) {
    const renamed = readFileSync(join(assembly, name), 'utf8').replaceAll(oldHash, newHash);
    if (name.endsWith('.template.json')) changeTemplate(assembly, name, () => JSON.parse(renamed));
    else writeFileSync(join(assembly, name), renamed);
  }
}

/** A template's key in S3 is its hash. Under the old one, the CDK would not upload it again. */
function changeTemplate(assembly: string, file: string, change: (template: Template) => object): void {
  const before = readFileSync(join(assembly, file), 'utf8');
  const after = JSON.stringify(change(JSON.parse(before)), null, 1);
  if (after === JSON.stringify(JSON.parse(before), null, 1)) return;
  writeFileSync(join(assembly, file), after);
  const assets = file.replace('.template.json', '.assets.json');
  const { files } = JSON.parse(readFileSync(join(assembly, assets), 'utf8'));
  const oldHash = Object.keys(files).find((hash) => files[hash].source.path === file) ?? '';
  const newHash = sha256(after);
  for (const name of [assets, 'manifest.json']) {
    const text = readFileSync(join(assembly, name), 'utf8');
    writeFileSync(join(assembly, name), text.replaceAll(oldHash, newHash));
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

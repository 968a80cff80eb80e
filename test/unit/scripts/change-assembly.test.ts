import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changeBundle, leaveOut } from '../../../scripts/emulator/change-assembly.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-assembly-'));
  mkdirSync(join(folder, 'asset.aaa'));
  writeFileSync(join(folder, 'asset.aaa', 'text.json'), 'old');
  write('a.template.json', {
    Resources: {
      Function: { Type: 'AWS::Lambda::Function', DependsOn: ['Copy', 'Role'], S3Key: 'aaa.zip' },
      Role: { Type: 'AWS::IAM::Role' },
      Copy: { Type: 'Custom::Copy' },
    },
  });
  write('a.assets.json', {
    files: {
      aaa: { source: { path: 'asset.aaa' } },
      ttt: { source: { path: 'a.template.json' }, key: 'ttt.json' },
    },
  });
  write('manifest.json', { template: 's3://bucket/ttt.json' });
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, content: object) => writeFileSync(join(folder, name), JSON.stringify(content));
const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'));

/** The hashes of the bundle and of the template. */
const hashes = () => Object.keys(read('a.assets.json').files);

describe('leaving resources out of an assembly', () => {
  it('removes them with the dependencies on them, and gives the template a new key', () => {
    leaveOut(folder, (type) => type.startsWith('Custom::'));
    expect(read('a.template.json').Resources).toEqual({
      Function: { Type: 'AWS::Lambda::Function', DependsOn: ['Role'], S3Key: 'aaa.zip' },
      Role: { Type: 'AWS::IAM::Role' },
    });
    const [, template] = hashes();
    expect(template).toMatch(/^[\da-f]{64}$/);
    expect(read('manifest.json')).toEqual({ template: `s3://bucket/${template}.json` });
  });

  it('changes nothing if there are none', () => {
    leaveOut(folder, () => false);
    expect(hashes()).toEqual(['aaa', 'ttt']);
  });
});

describe('changing a bundle', () => {
  it('gives the bundle and the template new keys', () => {
    changeBundle(folder, 'text.json', () => 'new');
    const [bundle, template] = hashes();
    expect(readdirSync(folder)).toContain(`asset.${bundle}`);
    expect(readFileSync(join(folder, `asset.${bundle}`, 'text.json'), 'utf8')).toBe('new');
    expect(read('a.template.json').Resources.Function.S3Key).toBe(`${bundle}.zip`);
    expect([bundle, template]).not.toContain('aaa');
    expect(read('manifest.json')).toEqual({ template: `s3://bucket/${template}.json` });
  });
});

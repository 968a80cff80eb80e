import { randomInt, randomUUID } from 'node:crypto';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import type { SecretSpec } from '../model.ts';
import { writeFileAtomically } from './write-file.ts';

export interface SecretVersion {
  readonly id: string;
  readonly value: string;
  readonly createdAt: number;
  readonly stages: readonly string[];
}

export interface SecretValues {
  /** By ARN or name; undefined when there is no such secret. */
  find(arnOrName: string): { readonly arn: string; readonly versions: readonly SecretVersion[] } | undefined;
  /** Makes a value the current one; the one before stays, as AWSPREVIOUS. The same id again changes nothing. */
  put(arn: string, value: string, id?: string): SecretVersion;
  /** Makes the values of secrets that have none yet. */
  generate(specs: readonly SecretSpec[]): void;
}

/** Values of secrets, kept in `file`, or as long as the process lives when there is none. */
export function secretValues(file: string | undefined): SecretValues {
  const secrets = new Map<string, SecretVersion[]>(read(file));

  const values: SecretValues = {
    find(arnOrName) {
      const arn = [...secrets.keys()].find((known) => known === arnOrName || nameOf(known) === arnOrName);
      return arn === undefined ? undefined : { arn, versions: secrets.get(arn) ?? [] };
    },
    put(arn, value, id = randomUUID()) {
      const versions = secrets.get(arn) ?? [];
      const existing = versions.find((version) => version.id === id);
      if (existing !== undefined) return existing;
      const version: SecretVersion = { id, value, createdAt: Date.now() / 1000, stages: ['AWSCURRENT'] };
      const previous = versions
        .filter(({ stages }) => stages.includes('AWSCURRENT'))
        .map((older) => ({ ...older, stages: ['AWSPREVIOUS'] }));
      // A version without a stage is one that Secrets Manager forgets.
      secrets.set(arn, [...previous, version]);
      write(file, secrets);
      return version;
    },
    generate(specs) {
      for (const spec of specs) {
        if (!secrets.has(spec.arn)) values.put(spec.arn, randomValue(spec));
      }
    },
  };
  return values;
}

const lettersAndDigits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

function randomValue({ length, excludePunctuation }: SecretSpec): string {
  const characters = excludePunctuation ? lettersAndDigits : lettersAndDigits + punctuation;
  return Array.from({ length }, () => characters[randomInt(characters.length)]).join('');
}

/** Without the six characters that Secrets Manager adds. */
function nameOf(arn: string): string {
  return arn.slice(arn.indexOf(':secret:') + ':secret:'.length).replace(/-.{6}$/, '');
}

function read(file: string | undefined): [string, SecretVersion[]][] {
  if (file === undefined || !existsSync(file)) return [];
  // Whoever copied the folder about may have lost the mode.
  chmodSync(file, 0o600);
  return Object.entries(JSON.parse(readFileSync(file, 'utf8')));
}

function write(file: string | undefined, secrets: ReadonlyMap<string, unknown>): void {
  if (file !== undefined) writeFileAtomically(file, JSON.stringify(Object.fromEntries(secrets), null, 2));
}

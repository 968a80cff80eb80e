import { randomInt, randomUUID } from 'node:crypto';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import type { SecretSpec } from '../model.ts';
import { writeFileAtomically } from '../state-folder.ts';

export interface SecretVersion {
  readonly id: string;
  readonly value: string;
  readonly createdAt: number;
  readonly stages: readonly string[];
}

export interface SecretValues {
  /** Finds a secret by its ARN or name. */
  find(arnOrName: string): { readonly arn: string; readonly versions: readonly SecretVersion[] } | undefined;
  /** The current value of a secret. */
  current(arn: string): string | undefined;
  /** Stores a new current value. The old one becomes AWSPREVIOUS. A second call with the same id changes nothing. */
  put(arn: string, value: string, id?: string): SecretVersion;
  /** Generates the values of secrets that have no value yet. */
  generate(specs: readonly SecretSpec[]): void;
}

/** The values of secrets, stored in `file`. Without a file they are in memory only. */
export function secretValues(file: string | undefined): SecretValues {
  const secrets = new Map<string, SecretVersion[]>(read(file));

  const values: SecretValues = {
    find(arnOrName) {
      const arn = [...secrets.keys()].find((known) => known === arnOrName || nameOf(known) === arnOrName);
      return arn === undefined ? undefined : { arn, versions: secrets.get(arn) ?? [] };
    },
    current: (arn) => secrets.get(arn)?.find(({ stages }) => stages.includes('AWSCURRENT'))?.value,
    put(arn, value, id = randomUUID()) {
      const versions = secrets.get(arn) ?? [];
      const existing = versions.find((version) => version.id === id);
      if (existing !== undefined) return existing;
      const version: SecretVersion = { id, value, createdAt: Date.now() / 1000, stages: ['AWSCURRENT'] };
      const previous = versions
        .filter(({ stages }) => stages.includes('AWSCURRENT'))
        .map((older) => ({ ...older, stages: ['AWSPREVIOUS'] }));
      // Secrets Manager deletes versions without a stage, so older ones are dropped.
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

/** The name in an ARN, without the six characters that Secrets Manager adds. */
function nameOf(arn: string): string {
  return arn.slice(arn.indexOf(':secret:') + ':secret:'.length).replace(/-.{6}$/, '');
}

function read(file: string | undefined): [string, SecretVersion[]][] {
  if (file === undefined || !existsSync(file)) return [];
  // A copy of the folder may have lost the file mode.
  chmodSync(file, 0o600);
  return Object.entries(JSON.parse(readFileSync(file, 'utf8')));
}

function write(file: string | undefined, secrets: ReadonlyMap<string, unknown>): void {
  if (file !== undefined) writeFileAtomically(file, JSON.stringify(Object.fromEntries(secrets), null, 2));
}

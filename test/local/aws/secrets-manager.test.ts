import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, describe, expect, it } from 'vitest';
import { accessControl } from '../../../local/aws/access-control.ts';
import { secretValues } from '../../../local/aws/secret-values.ts';
import { secretsManager } from '../../../local/aws/secrets-manager.ts';
import { clientOf, serve } from './engine.ts';

const folder = mkdtempSync(join(tmpdir(), 'parley-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));

const spec = {
  arn: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:signing-abc123',
  length: 64,
  excludePunctuation: true,
};

describe('Secrets Manager', () => {
  const file = join(folder, 'secrets.json');
  const values = secretValues(file);
  values.generate([spec]);
  const handle = secretsManager(
    values,
    accessControl([], () => {}),
  );
  const endpoint = serve((request, response) => void handle(request, response, 'parley-dev-token'));
  const client = () => new SecretsManagerClient(clientOf(endpoint()));
  const get = (input: { VersionStage?: string; SecretId?: string } = {}) =>
    client().send(new GetSecretValueCommand({ SecretId: spec.arn, ...input }));

  it('generates the value that the template describes, and returns it by ARN and by name', async () => {
    const { SecretString, ARN, VersionStages } = await get();
    expect(SecretString).toMatch(/^[A-Za-z0-9]{64}$/);
    expect([ARN, VersionStages]).toEqual([spec.arn, ['AWSCURRENT']]);
    expect((await get({ SecretId: 'signing' })).SecretString).toBe(SecretString);
  });

  it('has no previous value at first, and no other secrets', async () => {
    await expect(get({ VersionStage: 'AWSPREVIOUS' })).rejects.toThrow(ResourceNotFoundException);
    await expect(get({ SecretId: 'nothing' })).rejects.toThrow(ResourceNotFoundException);
  });

  it('keeps the old value as the previous one after a rotation', async () => {
    const { SecretString: first } = await get();
    const rotate = (SecretString: string, ClientRequestToken: string) =>
      client().send(new PutSecretValueCommand({ SecretId: spec.arn, SecretString, ClientRequestToken }));
    const token = 'the-same-request-whatever-happens';
    await rotate('second', token);
    await rotate('second', token);
    expect((await get()).SecretString).toBe('second');
    expect((await get({ VersionStage: 'AWSPREVIOUS' })).SecretString).toBe(first);
  });

  it('stores the values in a file that only the owner can read', async () => {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const again = secretValues(file);
    again.generate([spec]);
    expect(again.find(spec.arn)).toEqual(values.find(spec.arn));
  });
});

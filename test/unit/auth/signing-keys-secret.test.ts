import {
  GetSecretValueCommand,
  InternalServiceError,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { beforeEach, describe, expect, it } from 'vitest';
import { signingSecret } from '../../../functions/auth/signing-keys.ts';
import { secrets } from '../support/mocked-clients.ts';
import 'aws-sdk-client-mock-vitest/extend';

const ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:parley';
const secret = signingSecret(ARN, new SecretsManagerClient({ region: 'us-east-1' }));
const current = { SecretId: ARN, VersionStage: 'AWSCURRENT' };
const previous = { SecretId: ARN, VersionStage: 'AWSPREVIOUS' };
const notFound = new ResourceNotFoundException({ message: 'no such version', $metadata: {} });

beforeEach(() => {
  secrets.on(GetSecretValueCommand, current).resolves({ SecretString: 'now' });
});

describe('the signing secret', () => {
  it('is read in both versions after a rotation', async () => {
    secrets.on(GetSecretValueCommand, previous).resolves({ SecretString: 'before' });
    expect(await secret.read()).toEqual({ current: 'now', previous: 'before' });
    expect(secrets).toHaveReceivedCommandTimes(GetSecretValueCommand, 2);
  });

  it('has no previous version before its first rotation', async () => {
    secrets.on(GetSecretValueCommand, previous).rejects(notFound);
    expect(await secret.read()).toEqual({ current: 'now', previous: undefined });
  });

  it('cannot be read when its previous version fails with any other error', async () => {
    const fault = new InternalServiceError({ message: 'down', $metadata: {} });
    secrets.on(GetSecretValueCommand, previous).rejects(fault);
    await expect(secret.read()).rejects.toBe(fault);
  });

  it('must have a current version with a value', async () => {
    secrets.on(GetSecretValueCommand, previous).rejects(notFound);
    secrets.on(GetSecretValueCommand, current).resolves({});
    await expect(secret.read()).rejects.toThrow('the signing secret has no value');
    secrets.on(GetSecretValueCommand, current).rejects(notFound);
    await expect(secret.read()).rejects.toBe(notFound);
  });
});

import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { patience, tellingOutages } from '../aws/outages.ts';
import type { SecretReader } from './signing-keys.ts';

/** It answers in some ten milliseconds; a log-in must not hang for a minute, which is the SDK's own patience. */
const REQUEST_TIMEOUT_MS = 1_500;
const CONNECT_TIMEOUT_MS = 1_000;

export function openSecrets(): SecretsManagerClient {
  const client = new SecretsManagerClient({
    maxAttempts: 3,
    requestHandler: patience({ requestTimeout: REQUEST_TIMEOUT_MS, connectionTimeout: CONNECT_TIMEOUT_MS }),
  });
  return tellingOutages(client);
}

/** The stage's secret in Secrets Manager, in its current and (after a rotation) its previous version. */
export function signingSecret(secretArn: string, client: SecretsManagerClient): SecretReader {
  async function version(stage: 'AWSCURRENT' | 'AWSPREVIOUS'): Promise<string | undefined> {
    const { SecretString } = await client.send(
      new GetSecretValueCommand({ SecretId: secretArn, VersionStage: stage }),
    );
    return SecretString;
  }

  return {
    async read() {
      const [current, previous] = await Promise.all([
        version('AWSCURRENT'),
        version('AWSPREVIOUS').catch((error: unknown) => {
          // Until its first rotation a secret has no previous version.
          if (error instanceof ResourceNotFoundException) return undefined;
          throw error;
        }),
      ]);
      if (!current) throw new Error('the signing secret has no value');
      return { current, previous };
    },
  };
}

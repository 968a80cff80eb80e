import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { SecretReader } from './signing-keys.ts';

/** The stage's secret in Secrets Manager, in its current and (after a rotation) its previous version. */
export function signingSecret(
  secretArn: string,
  client = new SecretsManagerClient({ maxAttempts: 3 }),
): SecretReader {
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

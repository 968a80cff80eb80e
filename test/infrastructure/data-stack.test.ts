import { describe, expect, it } from 'vitest';
import { synthesize } from './support/synthesize.ts';

const dev = synthesize();
const prod = synthesize({ stage: 'prod' });
const tenant = synthesize({ stage: 'tenant1', protect: 'true' });

describe('the data stack', () => {
  it('has one table, on demand, with TTL, point-in-time recovery and a stream of both images', () => {
    expect(dev.data.only('AWS::DynamoDB::Table')).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    });
  });

  it('has a signing secret of 64 letters and digits that CloudFormation generates', () => {
    expect(dev.data.only('AWS::SecretsManager::Secret').GenerateSecretString).toEqual({
      ExcludePunctuation: true,
      PasswordLength: 64,
    });
  });

  it('contains nothing else', () => {
    expect(Object.values(dev.data.json.Resources).map(({ Type }) => Type)).toEqual([
      'AWS::DynamoDB::Table',
      'AWS::SecretsManager::Secret',
    ]);
  });

  it.each([
    ['prod', prod],
    ['tenant1', tenant],
  ])('with protect, as in prod, is retained and protected: %s', (stage, { data, protectedStacks }) => {
    for (const { DeletionPolicy } of Object.values(data.json.Resources)) {
      expect(DeletionPolicy).toBe('Retain');
    }
    expect(data.only('AWS::DynamoDB::Table').DeletionProtectionEnabled).toBe(true);
    expect(protectedStacks).toEqual([`parley-${stage}-data`]);
  });

  it('without protect is deleted even in prod', () => {
    const { data, protectedStacks } = synthesize({ stage: 'prod', protect: 'false' });
    expect(Object.values(data.json.Resources).map(({ DeletionPolicy }) => DeletionPolicy)).not.toContain(
      'Retain',
    );
    expect(protectedStacks).toEqual([]);
  });

  it('in dev is deleted with its stack', () => {
    for (const { DeletionPolicy } of Object.values(dev.data.json.Resources)) {
      expect(DeletionPolicy).toBe('Delete');
    }
    expect(dev.data.only('AWS::DynamoDB::Table').DeletionProtectionEnabled).toBe(false);
    expect(dev.protectedStacks).toEqual([]);
  });
});

import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { AttributeType, BillingMode, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Settings } from './settings.ts';

export interface DataStackProps {
  readonly settings: Settings;
}

/** The data that outlives everything else: the table, and the secret that signs tokens. */
export class DataStack extends Stack {
  readonly table: Table;
  readonly signingSecret: Secret;

  constructor(scope: Construct, id: string, { settings }: DataStackProps) {
    const { protect } = settings;
    super(scope, id, {
      description: `Parley (${settings.stage}): the table and the signing secret`,
      terminationProtection: protect,
    });
    const removalPolicy = protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;

    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'ttl',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      deletionProtection: protect,
      removalPolicy,
    });

    this.signingSecret = new Secret(this, 'SigningSecret', {
      description: "Parley: what the tokens' key pair is derived from",
      // 64 characters of 62 kinds are 381 bits, more than an Ed25519 seed's 256.
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy,
    });
    Validations.of(this.signingSecret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'Rotated by the operator with a new value: the former one stays valid beside it, so nobody is logged out. A timer would need a function of its own.',
    });
  }
}

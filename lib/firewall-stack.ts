import { CfnOutput, Stack } from 'aws-cdk-lib';
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';

export interface FirewallStackProps {
  readonly stage: string;
  /** Requests of one address within five minutes. WAF takes 10 to 2,000,000,000. */
  readonly requestsPerAddress: number;
}

/** AWS has the web ACLs of CloudFront in this region alone. */
const REGION = 'us-east-1';

/** In seconds. Also how long a refused viewer is told to wait. */
const WINDOW = 300;

/** A web ACL for the distribution: it refuses an address that sends too many requests. */
export class FirewallStack extends Stack {
  constructor(scope: Construct, id: string, { stage, requestsPerAddress }: FirewallStackProps) {
    super(scope, id, { description: `Parley (${stage}): the web ACL`, env: { region: REGION } });
    const visibility = (metricName: string) => ({
      cloudWatchMetricsEnabled: true,
      sampledRequestsEnabled: true,
      metricName,
    });
    const acl = new CfnWebACL(this, 'WebAcl', {
      name: `parley-${stage}`,
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      visibilityConfig: visibility(`parley-${stage}`),
      rules: [
        {
          name: 'requests-per-address',
          priority: 0,
          statement: {
            rateBasedStatement: {
              limit: requestsPerAddress,
              evaluationWindowSec: WINDOW,
              aggregateKeyType: 'IP',
            },
          },
          action: {
            block: {
              customResponse: {
                responseCode: 429,
                responseHeaders: [{ name: 'Retry-After', value: String(WINDOW) }],
              },
            },
          },
          visibilityConfig: visibility(`parley-${stage}-requests-per-address`),
        },
      ],
    });
    new CfnOutput(this, 'WebAclArn', { value: acl.attrArn });
  }
}

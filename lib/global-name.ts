import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * A name for a resource of CloudFront. Its names are valid in all regions of an account, so each needs the region:
 * otherwise a stage in a second region fails with 409. The names that the CDK makes do not all have it. At most 64
 * characters, with a stage of 20, a region of 14 and a purpose of 16.
 */
export function globalName(scope: Construct, purpose: string): string {
  const { stackName, region } = Stack.of(scope);
  // The stack is parley-<stage>-site.
  return `${stackName}-${purpose}-${region}`;
}

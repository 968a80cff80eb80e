import { Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

/**
 * What CloudFront sends to the APIs with each request, so that they answer nobody else. Templates have only a reference to it, which
 * CloudFormation resolves.
 */
export function siteSecret(scope: Construct): Secret {
  const secret = new Secret(scope, 'SiteSecret', {
    description: 'Parley: what CloudFront sends to the APIs, so that they answer nobody else',
    // Letters and digits need no escape in a header. 43 of them are 256 bits.
    generateSecretString: { passwordLength: 43, excludePunctuation: true },
  });
  Validations.of(secret).acknowledge({
    id: 'AwsSolutions-SMG4',
    reason:
      'CloudFront and the functions get a new value by a deployment only, so a timer would break them apart. docs/operations.md says how to replace it.',
  });
  return secret;
}

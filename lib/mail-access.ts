import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ParleyFunction } from './function.ts';
import type { Settings } from './settings.ts';

/**
 * Allows mail from the one sender. SES asks for the right to use the identity that it verified: the address, or else its domain.
 * The condition leaves out all other addresses of the domain.
 */
export function grantMail(grantee: ParleyFunction, { mailFrom }: Settings): void {
  if (mailFrom === undefined) return;
  const domain = mailFrom.slice(mailFrom.lastIndexOf('@') + 1);
  grantee.addToRolePolicy(
    new PolicyStatement({
      actions: ['ses:SendEmail'],
      resources: [mailFrom, domain].map((resourceName) =>
        Stack.of(grantee).formatArn({ service: 'ses', resource: 'identity', resourceName }),
      ),
      conditions: { StringEquals: { 'ses:FromAddress': mailFrom } },
    }),
  );
}

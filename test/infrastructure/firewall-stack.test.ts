import { describe, expect, it } from 'vitest';
import { appIn, inFolder, synthesize } from './support/synthesize.ts';

const ARN =
  'arn:aws:wafv2:us-east-1:123456789012:global/webacl/parley-dev/0198f6a2-7b1e-7c3d-9f00-1234567890ab';

/** The stacks of the app, by the ends of their names. */
const stacksOf = (context: Record<string, string>) =>
  inFolder((folder) =>
    Object.fromEntries(
      appIn(folder, context)
        .synth()
        .stacks.map(({ stackName, environment, template }) => [
          stackName.replace('parley-dev-', ''),
          {
            region: environment.region,
            resources: template.Resources as Record<string, { Type: string; Properties: object }>,
          },
        ]),
    ),
  );

describe('the web ACL', () => {
  it('is in a stack of its own in us-east-1, and refuses addresses with too many requests in five minutes', () => {
    const { firewall } = stacksOf({ requestsPerAddress: '2000' });
    expect(firewall?.region).toBe('us-east-1');
    const [acl] = Object.values(firewall?.resources ?? {}).filter(
      ({ Type }) => Type === 'AWS::WAFv2::WebACL',
    );
    expect(acl?.Properties).toMatchObject({
      Scope: 'CLOUDFRONT',
      DefaultAction: { Allow: {} },
      Rules: [
        {
          Statement: {
            RateBasedStatement: { Limit: 2000, EvaluationWindowSec: 300, AggregateKeyType: 'IP' },
          },
          Action: { Block: { CustomResponse: { ResponseCode: 429 } } },
        },
      ],
    });
  });

  it('is not there without the setting', () => {
    expect(Object.keys(stacksOf({}))).toEqual(['data', 'service', 'site']);
  });

  it('named by its ARN, is in front of the distribution', () => {
    const webAclOf = (context: Record<string, string>) =>
      synthesize(context).site.only('AWS::CloudFront::Distribution').DistributionConfig.WebACLId;
    expect(webAclOf({ webAcl: ARN })).toBe(ARN);
    expect(webAclOf({})).toBeUndefined();
  });

  it.each([
    { requestsPerAddress: '9' },
    { requestsPerAddress: 'many' },
    { webAcl: 'parley-dev' },
    { webAcl: ARN.replace('us-east-1', 'eu-central-1') },
    { webAcl: ARN.replace('global', 'regional') },
    { webAcl: ARN, bareApis: 'on' },
  ])('is refused with %j', (context) => {
    expect(() => stacksOf(context as Record<string, string>)).toThrow(
      /context "(requestsPerAddress|webAcl)"/,
    );
  });
});

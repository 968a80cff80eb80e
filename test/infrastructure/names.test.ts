import { describe, expect, it } from 'vitest';
import { synthesize } from './support/synthesize.ts';

/** The longest stage and the longest name of a region. */
const stage = 'x'.repeat(20);
const REGION = 'ap-northeast-1';
const { all } = synthesize({ stage });

/** CloudFront and IAM know no regions: a name is taken in the whole account. Limits in characters. */
const GLOBAL: Readonly<Record<string, number>> = {
  'AWS::CloudFront::CachePolicy': 128,
  'AWS::CloudFront::Function': 64,
  'AWS::CloudFront::OriginAccessControl': 64,
  'AWS::CloudFront::OriginRequestPolicy': 128,
  'AWS::CloudFront::ResponseHeadersPolicy': 128,
};

interface Named {
  readonly Type: string;
  readonly name: unknown;
}

/** All names that the templates give, each with its type: `Name`, `RoleName`, and those within `…Config`. */
const names: readonly Named[] = all.flatMap(({ json }) =>
  Object.values(json.Resources).flatMap(({ Type, Properties = {} }) =>
    [
      Properties,
      ...Object.entries(Properties).flatMap(([key, value]) => (key.endsWith('Config') ? [value] : [])),
    ]
      .flatMap((fields) => Object.entries(Object(fields)))
      .filter(([key]) =>
        /^(Name|(Role|User|Group|ManagedPolicy|InstanceProfile|Function|Queue|Table|Bucket)Name)$/.test(key),
      )
      .map(([, name]) => ({ Type, name })),
  ),
);
const textOf = (name: unknown): string =>
  typeof name === 'string'
    ? name
    : ((name as { 'Fn::Join'?: [string, unknown[]] })['Fn::Join']?.[1] ?? [])
        .map((part) => (typeof part === 'string' ? part : REGION))
        .join('');

describe('the name of a resource', () => {
  const ofCloudFront = names.filter(({ Type }) => Type.startsWith('AWS::CloudFront::'));

  it('has the region in CloudFront, so that a stage can be deployed to a second region of the account', () => {
    expect(new Set(ofCloudFront.map(({ Type }) => Type)).size).toBe(4);
    for (const { name } of ofCloudFront) expect(JSON.stringify(name)).toContain('{"Ref":"AWS::Region"}');
  });

  it.each(ofCloudFront)('fits its limit with the longest stage and region: $Type', ({ Type, name }) => {
    expect(textOf(name).length).toBeLessThanOrEqual(GLOBAL[Type] ?? 0);
    expect(textOf(name)).toMatch(/^[\w-]+$/);
  });

  it('is unique among all resources of its type', () => {
    const shown = ofCloudFront.map(({ Type, name }) => `${Type} ${textOf(name)}`);
    expect(new Set(shown).size).toBe(shown.length);
  });

  it('is left to CloudFormation for roles, which are global too', () => {
    const ofIam = names.filter(({ Type }) => Type.startsWith('AWS::IAM::'));
    expect(ofIam).toEqual([]);
  });

  it('of a function has at most 64 characters', () => {
    const functions = names.filter(
      ({ Type, name }) => Type === 'AWS::Lambda::Function' && typeof name === 'string',
    );
    expect(functions.length).toBeGreaterThan(10);
    for (const { name } of functions) expect(String(name).length).toBeLessThanOrEqual(64);
  });
});

import { describe, expect, it } from 'vitest';
import { resolveReferences } from '../../../local/assembly/dynamic-references.ts';
import type { Deployment } from '../../../local/model.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:SiteSecret-AbCdEf';
const REFERENCE = `{{resolve:secretsmanager:${ARN}:SecretString:::}}`;

/** A deployment with this text in a variable and in a header. */
const withText = (text: string) =>
  ({
    functions: [{ name: 'one', environment: { SITE_SECRET: text, STAGE: 'dev' } }],
    distribution: {
      behaviors: [{ pathPattern: '/users*', originHeaders: { 'x-proof': text } }, { pathPattern: '*' }],
    },
  }) as unknown as Deployment;

const resolved = (text: string) =>
  resolveReferences(withText(text), (arn) => (arn === ARN ? 'the $& value' : undefined));

describe('a dynamic reference', () => {
  it('is replaced by the value of its secret, in variables and headers', () => {
    expect(resolved(REFERENCE)).toEqual(withText('the $& value'));
    expect(resolved(`a ${REFERENCE} b`)).toEqual(withText('a the $& value b'));
  });

  it('leaves other texts as they are', () => {
    expect(resolved('{{nothing}}')).toEqual(withText('{{nothing}}'));
  });

  it.each([
    ['an unknown secret', REFERENCE.replace('SiteSecret', 'Other'), /which is not there/],
    ['a key of a secret', REFERENCE.replace('SecretString:::', 'SecretString:key::'), /not supported/],
    ['a parameter', '{{resolve:ssm:name}}', /not supported/],
  ])('to %s is an error that names it', (_, text, message) => {
    expect(() => resolved(text)).toThrow(message);
  });
});

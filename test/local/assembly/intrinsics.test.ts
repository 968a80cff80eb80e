import { describe, expect, it } from 'vitest';
import { holds, noValue, resolve, type Scope } from '../../../local/assembly/intrinsics.ts';

const place = { stack: 'chat' };
const scope: Scope = {
  stack: 'chat',
  mappings: { Sizes: { small: { memory: 512 } } },
  conditions: {
    Always: { 'Fn::Equals': ['a', 'a'] },
    Never: { 'Fn::Not': [{ Condition: 'Always' }] },
  },
  ref: (name) => ({ Table: 'chat-table', Stage: 'dev' })[name],
  attribute: (id, name) => (id === 'Table' && name === 'Arn' ? 'arn:table' : undefined),
  imported: (name) => (name === 'shared' ? 'from elsewhere' : undefined),
};
const value = (expression: unknown) => resolve(expression, scope, place);

describe('intrinsic functions', () => {
  it.each([
    ['Ref', { Ref: 'Table' }, 'chat-table'],
    ['pseudo parameters', { Ref: 'AWS::Region' }, 'us-east-1'],
    ['the name of the stack', { Ref: 'AWS::StackName' }, 'chat'],
    ['Fn::GetAtt', { 'Fn::GetAtt': ['Table', 'Arn'] }, 'arn:table'],
    ['Fn::GetAtt as a text', { 'Fn::GetAtt': 'Table.Arn' }, 'arn:table'],
    ['Fn::Join', { 'Fn::Join': ['-', ['a', { Ref: 'Stage' }]] }, 'a-dev'],
    ['Fn::Select', { 'Fn::Select': ['1', ['a', 'b']] }, 'b'],
    ['Fn::Split', { 'Fn::Split': ['/', 'a/b'] }, ['a', 'b']],
    ['Fn::ImportValue', { 'Fn::ImportValue': 'shared' }, 'from elsewhere'],
    ['Fn::FindInMap', { 'Fn::FindInMap': ['Sizes', 'small', 'memory'] }, 512],
    ['Fn::If', { 'Fn::If': ['Never', 'yes', { Ref: 'Stage' }] }, 'dev'],
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: Fn::Sub's own syntax
    [
      'Fn::Sub',
      { 'Fn::Sub': '${Table} ${Table.Arn} ${AWS::AccountId}' },
      'chat-table arn:table 000000000000',
    ],
    ['Fn::Sub with variables', { 'Fn::Sub': ['${x}!', { x: { Ref: 'Stage' } }] }, 'dev!'],
    ['Fn::Sub’s escape', { 'Fn::Sub': '${!Literal}' }, '${Literal}'],
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: Fn::Sub's own syntax
  ])('%s is resolved', (_name, expression, expected) => {
    expect(value(expression)).toEqual(expected);
  });

  it('are resolved within lists and objects', () => {
    expect(value({ a: [{ Ref: 'Stage' }], b: { c: { Ref: 'Table' } } })).toEqual({
      a: ['dev'],
      b: { c: 'chat-table' },
    });
  });

  it('remove a value that is AWS::NoValue', () => {
    expect(value({ a: { Ref: 'AWS::NoValue' }, b: [{ Ref: 'AWS::NoValue' }, 1] })).toEqual({ b: [1] });
    expect(value({ Ref: 'AWS::NoValue' })).toBe(noValue);
  });

  it('cause an error that names the unknown function or name', () => {
    expect(() => value({ Ref: 'Nobody' })).toThrow('chat: Ref of "Nobody"');
    expect(() => value({ 'Fn::GetAtt': ['Table', 'Age'] })).toThrow('Fn::GetAtt of "Table.Age"');
    expect(() => value({ 'Fn::ImportValue': 'nothing' })).toThrow('no stack exports "nothing"');
    expect(() => value({ 'Fn::Cidr': [] })).toThrow('the intrinsic function Fn::Cidr is not supported');
  });
});

describe('conditions', () => {
  it.each([
    [{ 'Fn::And': [{ Condition: 'Always' }, { Condition: 'Always' }] }, true],
    [{ 'Fn::And': [{ Condition: 'Always' }, { Condition: 'Never' }] }, false],
    [{ 'Fn::Or': [{ Condition: 'Never' }, { Condition: 'Always' }] }, true],
    [{ 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] }, false],
  ])('the condition %j is %s', (condition, expected) => {
    expect(holds(condition, scope, place)).toBe(expected);
  });
});

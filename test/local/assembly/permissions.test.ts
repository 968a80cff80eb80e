import { describe, expect, it } from 'vitest';
import { readApp } from './app.ts';

// biome-ignore lint/suspicious/noExplicitAny: a template's properties are what CloudFormation makes of them
type Loose = any;

const { table } = readApp();
const tableArn = `arn:aws:dynamodb:us-east-1:000000000000:table/${table.name}`;
const statements = (app: Loose) => app.service.Resources.Policy.Properties.PolicyDocument.Statement;
/** The statement that allows queries, with a condition. */
const query = (app: Loose) => statements(app)[2];
const reading = (change: (app: Loose) => void) => () => readApp(change);

describe('the role of a function', () => {
  it('grants what its policies allow for the emulated services', () => {
    expect(readApp().functions[0]?.permissions).toEqual([
      { actions: ['dynamodb:ListStreams'], resources: ['*'], leadingKeys: undefined },
      {
        actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
        resources: [`${tableArn}/stream/local`],
        leadingKeys: undefined,
      },
      { actions: ['dynamodb:Query'], resources: [tableArn], leadingKeys: ['CONV#*'] },
    ]);
  });

  it('includes its inline policies', () => {
    const { functions } = readApp((app) => {
      app.service.Resources.Role.Properties.Policies = [
        {
          PolicyName: 'inline',
          PolicyDocument: {
            Statement: [{ Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: 'arn:secret' }],
          },
        },
      ];
    });
    expect(functions[0]?.permissions[0]).toEqual({
      actions: ['secretsmanager:GetSecretValue'],
      resources: ['arn:secret'],
      leadingKeys: undefined,
    });
  });

  it('does not include the policies of other roles', () => {
    const { functions } = readApp((app) => {
      app.service.Resources.Other = structuredClone(app.service.Resources.Policy);
      app.service.Resources.Other.Properties.Roles = ['another'];
    });
    expect(functions[0]?.permissions).toHaveLength(3);
  });
});

describe('an unsupported part of a policy', () => {
  const where = 'service Policy (AWS::IAM::Policy) PolicyDocument.Statement[2]';

  it.each([
    ['an effect', 'Effect', 'Deny', `${where}.Effect: Deny is not supported`],
    [
      'a condition operator',
      'Condition',
      { StringLike: { 'dynamodb:LeadingKeys': ['A'] } },
      `${where}.Condition.StringLike: the local runtime does not support this property`,
    ],
    [
      'a key of another operator',
      'Condition',
      { StringEquals: { 'ses:FromAddress': 'a@b.example', 'dynamodb:LeadingKeys': ['A'] } },
      `${where}.Condition.StringEquals.dynamodb:LeadingKeys: the local runtime does not support this property`,
    ],
    [
      'a condition key',
      'Condition',
      { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['A'], 'dynamodb:Attributes': ['a'] } },
      `${where}.Condition.ForAllValues:StringLike.dynamodb:Attributes: the local runtime does not support this property`,
    ],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy's own syntax
    ['a variable', 'Resource', 'arn:${aws:username}', `${where}.Resource: policy variables`],
    [
      'NotResource',
      'NotResource',
      '*',
      `${where}.NotResource: the local runtime does not support this property`,
    ],
  ])('%s in a statement causes an error that names it', (_what, property, value, message) => {
    expect(
      reading((app) => {
        query(app)[property] = value;
      }),
    ).toThrow(message);
  });

  it('NotAction causes an error that names the statement', () => {
    expect(
      reading((app) => {
        const { Action, ...others } = query(app);
        statements(app)[2] = { ...others, NotAction: Action };
      }),
    ).toThrow(`${where}.Action: must be a string or a list of strings`);
  });

  it('an unknown managed policy causes an error that names it', () => {
    const managed = 'arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess';
    expect(
      reading((app) => {
        app.service.Resources.Role.Properties.ManagedPolicyArns.push(managed);
      }),
    ).toThrow(`service Role (AWS::IAM::Role): the managed policy ${managed} is not supported`);
  });

  it('a role that is not in the templates causes an error that names it', () => {
    expect(
      reading((app) => {
        app.service.Resources.Hello.Properties.Role = 'arn:aws:iam::1:role/theirs';
      }),
    ).toThrow('service Hello (AWS::Lambda::Function): there is no role "arn:aws:iam::1:role/theirs"');
  });
});

describe('an event source', () => {
  const follow = 'service Follow (AWS::Lambda::EventSourceMapping): the role of app-hello does not allow';

  it.each([
    ['dynamodb:ListStreams', '*', 0],
    ['dynamodb:DescribeStream', `${tableArn}/stream/local`, 1],
    ['dynamodb:GetRecords', `${tableArn}/stream/local`, 1],
    ['dynamodb:GetShardIterator', `${tableArn}/stream/local`, 1],
  ])('is refused if the role of its function does not allow %s', (action, resource, index) => {
    expect(
      reading((app) => {
        const statement = statements(app)[index];
        statement.Action = statement.Action.filter((one: string) => one !== action);
      }),
    ).toThrow(`${follow} ${action} on ${resource}`);
  });

  it('is refused if the role of its function does not allow to send to its dead-letter queue', () => {
    const queue = 'arn:aws:sqs:us-east-1:000000000000:letters';
    const withLetters = (app: Loose) => {
      app.service.Resources.Follow.Properties.DestinationConfig = { OnFailure: { Destination: queue } };
    };
    expect(reading(withLetters)).toThrow(`${follow} sqs:SendMessage on ${queue}`);
    const { eventSources } = readApp((app) => {
      withLetters(app);
      statements(app).push({ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: queue });
    });
    expect(eventSources[0]?.hasDeadLetters).toBe(true);
  });
});

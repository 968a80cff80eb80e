import { type Access, authorizer } from '../aws/access-control.ts';
import type { EventSourceSpec, FunctionSpec } from '../model.ts';
import { account } from './account.ts';
import type { Draft, EventSourceDraft, FunctionDraft } from './draft.ts';

/** Managed policies for logs and traces only. They grant nothing for the services that the runtime emulates. */
const withoutEffect = new Set(
  ['service-role/AWSLambdaBasicExecutionRole', 'AWSXRayDaemonWriteAccess'].map(
    (name) => `arn:${account.partition}:iam::aws:policy/${name}`,
  ),
);

/** Adds the permissions of its role to a function. */
export function linkFunction({ roleArn, error, ...spec }: FunctionDraft, draft: Draft): FunctionSpec {
  const role = draft.roles.get(roleArn);
  if (role === undefined) throw error(`there is no role "${roleArn}"`);
  for (const managed of role.managedPolicies) {
    if (!withoutEffect.has(managed)) throw role.error(`the managed policy ${managed} is not supported`);
  }
  const attached = draft.policies.filter(({ roles }) => roles.includes(role.name));
  const permissions = [...role.permissions, ...attached.flatMap((policy) => policy.permissions)];
  return { ...spec, permissions };
}

/** Links an event source to its function. The function's role must allow the requests that Lambda makes for it. */
export function linkEventSource(
  source: EventSourceDraft,
  streamArn: string,
  functions: readonly FunctionSpec[],
): EventSourceSpec {
  const { function: functionRef, sourceArn, deadLetterArn, error, ...spec } = source;
  if (sourceArn !== streamArn) throw error(`the source must be the table's stream, not "${sourceArn}"`);
  const functionName = functionRef.slice(functionRef.lastIndexOf(':') + 1);
  const follower = functions.find(({ name }) => name === functionName);
  if (follower === undefined) throw error(`there is no function "${functionName}"`);
  const allowed = authorizer(follower.permissions);
  for (const access of needed(streamArn, deadLetterArn)) {
    if (!allowed(access)) {
      throw error(`the role of ${functionName} does not allow ${access.action} on ${access.resource}`);
    }
  }
  return { ...spec, functionName, hasDeadLetters: deadLetterArn !== undefined };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html */
function needed(streamArn: string, deadLetterArn: string | undefined): Access[] {
  const reading = ['DescribeStream', 'GetRecords', 'GetShardIterator'];
  return [
    ...reading.map((name) => ({ action: `dynamodb:${name}`, resource: streamArn })),
    { action: 'dynamodb:ListStreams', resource: '*' },
    ...(deadLetterArn === undefined ? [] : [{ action: 'sqs:SendMessage', resource: deadLetterArn }]),
  ];
}

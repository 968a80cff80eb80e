import { type Access, authorizer } from '../aws/access-control.ts';
import type { EventSourceSpec, FunctionSpec } from '../model.ts';
import type { EventSourceDraft } from './draft.ts';

/** Follows an event source to its function, which has to be allowed what Lambda does in its name. */
export function linkEventSource(
  source: EventSourceDraft,
  streamArn: string,
  functions: readonly FunctionSpec[],
): EventSourceSpec {
  const { function: functionRef, sourceArn, deadLetterArn, error, ...spec } = source;
  if (sourceArn !== streamArn) throw error(`"${sourceArn}" is not the table’s stream`);
  const functionName = functionRef.slice(functionRef.lastIndexOf(':') + 1);
  const follower = functions.find(({ name }) => name === functionName);
  if (follower === undefined) throw error(`no function "${functionName}"`);
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

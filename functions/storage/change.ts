import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { AttributeValue, DynamoDBRecord } from 'aws-lambda';
import type { Account } from '../core/accounts/account.ts';
import { toAccount } from './accounts.ts';
import { PROFILE, SESSION_PREFIX } from './keys.ts';

export type Change =
  | { readonly kind: 'account'; readonly before: Account | undefined; readonly after: Account }
  | { readonly kind: 'session-ended'; readonly userId: string; readonly sessionId: string };

/** What a record of the table's stream means; undefined for what nothing follows from. */
export function readChange({ eventName, dynamodb }: DynamoDBRecord): Change | undefined {
  const sk = dynamodb?.Keys?.sk?.S ?? '';
  const before = read(dynamodb?.OldImage);
  const after = read(dynamodb?.NewImage);
  if (sk === PROFILE && after)
    return { kind: 'account', before: before && toAccount(before), after: toAccount(after) };
  if (sk.startsWith(SESSION_PREFIX) && eventName === 'REMOVE' && before) {
    return { kind: 'session-ended', userId: before.userId as string, sessionId: before.id as string };
  }
  return undefined;
}

function read(image: Record<string, AttributeValue> | undefined): Record<string, unknown> | undefined {
  return image && unmarshall(image as Parameters<typeof unmarshall>[0]);
}

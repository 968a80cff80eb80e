import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { profileEditor } from '../../../functions/storage/accounts.ts';
import { documents } from '../support/mocked-clients.ts';
import { alice } from '../support/people.ts';
import { conditionFailed, sent, table } from '../support/table.ts';

const { rename } = profileEditor(table);
const Key = { pk: `USER#${alice.id}`, sk: 'PROFILE' };

describe('changing a profile', () => {
  it.each([
    [
      { firstName: 'Al', lastName: 'L' },
      'SET #firstName = :firstName, #lastName = :lastName',
      { '#firstName': 'firstName', '#lastName': 'lastName' },
      { ':firstName': 'Al', ':lastName': 'L' },
    ],
    [
      { firstName: undefined, lastName: 'L' },
      'SET #lastName = :lastName',
      { '#lastName': 'lastName' },
      { ':lastName': 'L' },
    ],
  ])(
    'writes %j alone, if there is such an account, and reads it whole',
    async (change, expression, names, values) => {
      documents.on(UpdateCommand).resolves({ Attributes: { ...Key, ...alice, ...change, more: 1 } });
      expect(await rename(alice.id, change)).toEqual({ ...alice, ...change });
      expect(sent()).toEqual([
        [
          'UpdateCommand',
          {
            TableName: 'parley-test',
            Key,
            UpdateExpression: expression,
            ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(deletedAt)',
            ExpressionAttributeNames: names,
            ExpressionAttributeValues: values,
            ReturnValues: 'ALL_NEW',
          },
        ],
      ]);
    },
  );

  it('returns undefined for an unknown account and throws every other error', async () => {
    const fault = new Error('down');
    documents.on(UpdateCommand).rejectsOnce(conditionFailed()).rejectsOnce(fault);
    expect(await rename(alice.id, { firstName: 'Al' })).toBeUndefined();
    await expect(rename(alice.id, { firstName: 'Al' })).rejects.toBe(fault);
  });
});

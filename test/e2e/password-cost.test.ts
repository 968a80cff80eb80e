import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { passwordHasher } from '../../functions/auth/passwords.ts';
import { emailKey } from '../../functions/storage/keys.ts';
import { setting } from '../../functions/storage/table.ts';
import { withTable } from '../support/runtime-table.ts';
import { SETTINGS } from '../systems.ts';
import { notOurs, ownRuntime } from './support/own-runtime.ts';
import { logIn, person } from './support/people.ts';
import { rest } from './support/rest.ts';

const COST = SETTINGS.costlierPasswords.passwordCost;

describe.skipIf(notOurs)(`a password hash that costs less than new ones ${notOurs}`, () => {
  const runtime = ownRuntime({ context: SETTINGS.costlierPasswords });

  /** The hash of an account in the table. */
  function hashOf(email: string) {
    const Key = emailKey(email);
    return {
      read: async () => {
        const { Item } = await withTable(runtime(), (client, TableName) =>
          client.send(new GetCommand({ TableName, Key })),
        );
        return Item?.passwordHash as string;
      },
      write: (passwordHash: string) =>
        withTable(runtime(), (client, TableName) =>
          client.send(new UpdateCommand({ TableName, Key, ...setting({ passwordHash }) })),
        ),
    };
  }

  it('is replaced when its owner logs in, and only then', async () => {
    const api = rest(runtime().url);
    const ada = await person(api);
    const stored = hashOf(ada.email);
    const cheap = await passwordHasher(Number(COST) - 1).hash(ada.password);
    await stored.write(cheap);

    const wrong = await api.post('/users/token/', { email: ada.email, password: 'not-the-password' });
    expect(wrong).toMatchObject({ status: 401, body: { code: 'wrong_credentials' } });
    expect(await stored.read()).toBe(cheap);

    await Promise.all([logIn(api, ada), logIn(api, ada)]);
    const replaced = await stored.read();
    expect(replaced).toMatch(new RegExp(`^\\$2[aby]\\$${COST.padStart(2, '0')}\\$`));

    await logIn(api, ada);
    expect(await stored.read()).toBe(replaced);
  });
});

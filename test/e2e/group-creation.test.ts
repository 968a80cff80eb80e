import { beforeAll, describe, expect, it } from 'vitest';
import { makeStaff } from '../support/staff.ts';
import { SETTINGS } from '../systems.ts';
import { createGroup, postGroup, putMember } from './support/groups.ts';
import { sendMessage } from './support/messages.ts';
import { notOurs, ownRuntime } from './support/own-runtime.ts';
import { type Person, people } from './support/people.ts';
import { type Rest, rest } from './support/rest.ts';

describe.skipIf(notOurs)('where only staff create groups', () => {
  const runtime = ownRuntime({ context: SETTINGS.groupsOfStaff });
  let api: Rest;
  let ada: Person;
  let charles: Person;
  let staff: Person;
  beforeAll(async () => {
    api = rest(runtime().url);
    [ada, charles, staff] = await people(api, 3);
    await makeStaff(runtime(), staff.id);
  });

  it('others cannot, and learn nothing about those whom they name', async () => {
    for (const members of [[], [charles.id], [crypto.randomUUID()]]) {
      expect(await postGroup(api, ada, { members })).toMatchObject({
        status: 403,
        body: { code: 'not_allowed', detail: 'Only staff may create groups here.' },
      });
    }
  });

  it('staff do, and others are in them with any role', async () => {
    const { id } = await createGroup(api, staff, [ada], { key: 'x' });
    expect(await postGroup(api, staff, { key: 'x' })).toMatchObject({ status: 200, body: { id } });
    await sendMessage(api, ada, id, 'Hello.');
    expect(await putMember(api, staff, id, ada, 'owner')).toMatchObject({ status: 200 });
    expect(await putMember(api, ada, id, charles)).toMatchObject({ status: 200 });
  });
});

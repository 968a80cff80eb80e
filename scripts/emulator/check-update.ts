import assert from 'node:assert/strict';
import { connect } from '../../test/e2e/support/socket.ts';
import { register } from './register.ts';

/**
 * Updates a running stage: afterwards the changed function must answer, and what was there before must still work, an
 * account, a session and an open socket.
 *
 * @param version of the API's description after the update
 */
export async function checkUpdate(url: string, version: string, update: () => Promise<void>): Promise<void> {
  const [ada, charles] = [await register(url), await register(url)];
  const hers = await connect(url, { token: ada.access, peer: charles.id });
  const his = await connect(url, { token: charles.access, peer: ada.id });
  const described = async () => {
    const response = await fetch(`${url}/schema/`);
    return ((await response.json()) as { info: { version: string } }).info.version;
  };
  assert.notEqual(await described(), version);
  await update();
  assert.equal(await described(), version, 'the changed function answers after the update');
  await hers.say('still here');
  assert.equal((await his.next()).message, 'still here', 'sockets stay open during an update');
  const { status } = await fetch(`${url}/users/me/`, { headers: { authorization: `Bearer ${ada.access}` } });
  assert.equal(status, 200, 'sessions outlast an update');
  await Promise.all([hers.close(), his.close()]);
}

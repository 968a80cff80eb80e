import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRuntime } from '../../local/runtime.ts';
import { connect } from '../../test/e2e/support/socket.ts';
import { register } from './register.ts';

/**
 * Runs an assembly as `npm start` does, with the emulator's DynamoDB as its engine (DYNAMODB_ENDPOINT). Two users talk, and their
 * messages must be in the history, and by the table's stream in the inbox.
 */
export async function checkEngine(assembly: string, endpoint: string): Promise<void> {
  process.env.DYNAMODB_ENDPOINT = endpoint;
  const runtime = await startRuntime({ assembly, port: 0, memory: true, onLog: console.log });
  try {
    const { url } = runtime;
    const [ada, charles] = [await register(url), await register(url)];
    const hers = await connect(url, { token: ada.access, peer: charles.id });
    const his = await connect(url, { token: charles.access, peer: ada.id });
    await hers.say('Good evening, Charles');
    assert.equal((await his.next()).message, 'Good evening, Charles');
    await his.say('Good evening, Ada');
    assert.equal((await hers.next()).message, 'Good evening, Ada');
    const read = async (path: string) => {
      const response = await fetch(url + path, { headers: { authorization: `Bearer ${ada.access}` } });
      return ((await response.json()) as { results: Record<string, unknown>[] }).results;
    };
    const history = await read(`/chat/history/${charles.id}/`);
    assert.deepEqual(
      history.map(({ message }) => message),
      ['Good evening, Ada', 'Good evening, Charles'],
    );
    for (const deadline = Date.now() + 20_000; (await read('/conversations/')).length === 0; ) {
      assert.ok(Date.now() < deadline, 'the inbox follows the stream');
      await sleep(200);
    }
    await Promise.all([hers.close(), his.close()]);
  } finally {
    await runtime.stop();
  }
}

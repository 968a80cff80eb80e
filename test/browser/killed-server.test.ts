import { afterAll, beforeAll, test } from 'vitest';
import { person } from './support/people.ts';
import { type ServerProcess, startServerProcess } from './support/server-process.ts';
import { stage } from './support/stage.ts';
import { chatter, face, tellTheSame } from './support/talk.ts';

const { device } = stage();

let server: ServerProcess;
beforeAll(async () => {
  server = await startServerProcess();
});
afterAll(() => server?.end());

test('after a server is killed twice during a conversation, no message is lost, doubled or out of order', async () => {
  const { url } = server;
  const [ada, charles] = await Promise.all([person(url, 'ada'), person(url, 'charles')]);
  const [hers, his] = await Promise.all([device({ url, as: ada }), device({ url, as: charles })]);
  await face(hers, charles, his, ada);

  // The processes are killed during writes. The server has its normal rate limits here, so writes are few and slow.
  const writing = Promise.all([chatter(hers, 'Ada', 12, 400), chatter(his, 'Charles', 12, 400)]);
  for (const at of [3, 8]) {
    await hers.message(`Ada ${at}`).waitFor();
    await server.kill();
    await server.start();
  }
  await tellTheSame(hers, his, await writing);
  await Promise.all([hers.isOnline(), his.isOnline()]);
});

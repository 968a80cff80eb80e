import { test } from 'vitest';
import { stage } from './support/stage.ts';
import { chatter, face, tellTheSame } from './support/talk.ts';

const { device, person } = stage();

const OFFLINE = 'You are offline. Your messages will be sent when you are back.';
const BLACK_HOLE_MS = 30_000;

async function talkingPair() {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  const [hers, his] = await Promise.all([device({ as: ada }), device({ as: charles })]);
  await face(hers, charles, his, ada);
  return [hers, his] as const;
}

test('with a network that loses everything for half a minute, no message is lost, doubled or out of order', async () => {
  const [hers, his] = await talkingPair();
  const first = await Promise.all([chatter(hers, 'Ada, before', 10), chatter(his, 'Charles, before', 10)]);

  // Frames that are under way now are lost too.
  const writing = Promise.all([chatter(hers, 'Ada', 40), chatter(his, 'Charles', 40)]);
  await hers.message('Ada 5').waitFor();
  hers.network.goSilent();
  const silence = hers.page.waitForTimeout(BLACK_HOLE_MS);
  await hers.connectionStatus.getByText(OFFLINE).waitFor({ timeout: BLACK_HOLE_MS });
  const second = await writing;
  await silence;
  await hers.network.heal();

  await hers.connectionStatus.getByText('Back online.').waitFor({ timeout: 60_000 });
  await tellTheSame(hers, his, [
    [...first[0], ...second[0]],
    [...first[1], ...second[1]],
  ]);
  await hers.isOnline();
});

test('with connections that are cut again and again, no message is lost, doubled or out of order', async () => {
  const [hers, his] = await talkingPair();
  const writing = Promise.all([chatter(hers, 'Ada', 50, 100), chatter(his, 'Charles', 50, 100)]);
  for (const at of [8, 20, 32, 44]) {
    await hers.message(`Ada ${at}`).waitFor();
    hers.network.cut();
    await his.message(`Charles ${at + 3}`).waitFor();
    his.network.cut();
  }
  await tellTheSame(hers, his, await writing);
});

test('a network that refuses connections is reported, and messages are sent when it is back', async () => {
  const [hers, his] = await talkingPair();
  await hers.network.refuse();
  await hers.connectionStatus.getByText(OFFLINE).waitFor();
  const written = await chatter(hers, 'Ada, offline', 5);
  const answers = await chatter(his, 'Charles, online', 5);
  await hers.message('Ada, offline 5', 'sending').waitFor();
  await hers.network.heal();
  await hers.connectionStatus.getByText('Back online.').waitFor({ timeout: 60_000 });
  await tellTheSame(hers, his, [written, answers]);
});

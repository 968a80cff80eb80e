import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Person, write } from './support/people.ts';
import { stage } from './support/stage.ts';

const { url, device, person } = stage();

const others: WebSocket[] = [];
afterEach(() => {
  for (const socket of others.splice(0)) socket.close();
});

/** As many other devices of a user as may be connected. */
async function connectElsewhere({ tokens }: Person): Promise<void> {
  for (let n = 0; n < 20; n += 1) {
    const socket = new WebSocket(`${url().replace('http', 'ws')}/ws`, ['parley', tokens.access]);
    others.push(socket);
    await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  }
}

test('a page whose connection others have replaced says so, and comes back when its user wants it', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  const page = await device({ as: ada, hash: `#/with/${charles.id}` });
  await page.say('Before');
  await page.showsState('Before', 'sent');

  await connectElsewhere(ada);
  const status = page.page.getByRole('status').getByText('You are connected on too many other devices');
  await status.waitFor();
  await write(url(), charles, ada, 'Missed');
  await page.say('Waits');

  await page.button('Connect here').click();
  await status.waitFor({ state: 'detached' });
  await page.message('Missed').waitFor();
  await page.showsState('Waits', 'sent');
  await page.isOnline();
  // It has replaced another one, which does not come back by itself.
  await expect.poll(() => others.filter(({ readyState }) => readyState === WebSocket.CLOSED).length).toBe(1);
});

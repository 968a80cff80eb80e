import { describe, expect, test } from 'vitest';
import { passes } from './support/axe.ts';
import type { Device } from './support/device.ts';
import { answer, edit, type Person, remove, write } from './support/people.ts';
import { phone, stage } from './support/stage.ts';

const { url, device, person } = stage();

const DELETED = 'This message was deleted';

const isFocused = (own: Device) => own.textbox.evaluate((element) => element === document.activeElement);
const quoted = (own: Device, text: string) => expect.poll(() => own.quote(text).textContent());

describe.each([
  ['wide', undefined],
  ['a phone', phone],
] as const)('on %s', (_, context) => {
  const open = async (user: Person, peer: Person) => {
    const own = await device({ as: user, hash: `#/with/${peer.id}`, ...(context && { context }) });
    await own.isIn(peer);
    return own;
  };

  test('a user answers a message, and the answer shows it as it is now', async () => {
    const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
    const question = await write(url(), charles, ada, 'Does it\nrun?');
    await write(url(), charles, ada, 'Well?');
    const own = await open(ada, charles);
    const his = await open(charles, ada);
    await his.message('Well?').waitFor();

    await own.choose('Does it\nrun?', 'Reply');
    await expect.poll(() => isFocused(own)).toBe(true);
    const line = own.page.locator('#reply-line');
    await line.getByText(`Reply to ${charles.username}`, { exact: true }).waitFor();
    expect(await line.locator('p').textContent()).toBe('Does it\nrun?');
    await passes(own, 'answering');
    await own.say('Tonight.');
    await line.waitFor({ state: 'detached' });
    await own.showsState('Tonight.', 'read');

    await quoted(own, 'Tonight.').toBe(`Answers ${charles.username}: Does it\nrun?`);
    await quoted(his, 'Tonight.').toBe('Answers You: Does it\nrun?');
    // One line, whatever the text is.
    const height = await own.quote('Tonight.').locator('.quoted').boundingBox();
    expect(height?.height).toBeLessThan(30);
    for (const each of [own, his]) await passes(each, 'an answer');

    await edit(url(), charles, ada, question, 'Does it run now?');
    for (const each of [own, his]) await quoted(each, 'Tonight.').toContain('Does it run now?');
    await remove(url(), charles, ada, question);
    for (const each of [own, his]) await quoted(each, 'Tonight.').toContain(DELETED);
    await passes(own, 'an answer to a deleted message');
    // The next message is no answer.
    await own.say('At nine.');
    await own.showsState('At nine.', 'read');
    expect(await own.quote('At nine.').count()).toBe(0);
    await own.load(`#/with/${charles.id}`);
    await quoted(own, 'Tonight.').toBe(`Answers ${charles.username}: ${DELETED}`);
  });

  test('a click on the quoted message leads to it, also if it is not loaded', async () => {
    const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
    const first = await write(url(), charles, ada, 'The first');
    // All that is unread would be loaded, so these are own ones.
    for (let i = 0; i < 120; i += 1) await write(url(), ada, charles, `Message ${i}`);
    await answer(url(), charles, ada, first, 'The last');
    const own = await open(ada, charles);
    await own.message('The last').waitFor();
    await own.log.evaluate((log) => log.scrollTo(0, log.scrollHeight));
    await quoted(own, 'The last').toBe(`Answers ${charles.username}: The first`);
    for (let round = 0; round < 2; round += 1) {
      if (context) await own.quote('The last').tap();
      else await own.quote('The last').click();
      const target = own.page.locator('li.message[data-seq="1"]');
      await target.waitFor();
      await own.isAtRest();
      const box = await target.boundingBox();
      const log = await own.log.boundingBox();
      expect(box?.y).toBeGreaterThanOrEqual(log?.y ?? 0);
      expect(box?.y).toBeLessThan((log?.y ?? 0) + (log?.height ?? 0) / 2);
      expect(await target.evaluate((row) => row.contains(document.activeElement))).toBe(true);
      await own.log.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    }
  });
});

test('a quoted message that is not loaded shows its edit and its deletion at once', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  const first = await write(url(), charles, ada, 'The first');
  // All that is unread would be loaded, so these are own ones.
  for (let i = 0; i < 120; i += 1) await write(url(), ada, charles, `Message ${i}`);
  for (const text of ['One answer', 'Another answer']) await answer(url(), charles, ada, first, text);
  const own = await device({ as: ada, hash: `#/with/${charles.id}` });
  await own.isIn(charles);
  const shows = async (text: string) => {
    for (const each of ['One answer', 'Another answer'])
      await quoted(own, each).toBe(`Answers ${charles.username}: ${text}`);
    expect(await own.page.locator('li.message[data-seq="1"]').count(), 'it is not loaded').toBe(0);
  };
  await shows('The first');
  await edit(url(), charles, ada, first, 'The very first');
  await shows('The very first');
  await remove(url(), charles, ada, first);
  await shows(DELETED);
  await passes(own, 'answers to a deleted message that is not loaded');
});

test('Escape and a button cancel the answer, and the draft stays', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  await write(url(), ada, charles, 'Own');
  const own = await device({ as: ada, hash: `#/with/${charles.id}` });
  await own.isIn(charles);
  await own.textbox.fill('Draft');
  const line = own.page.locator('#reply-line');
  for (const cancel of [() => own.textbox.press('Escape'), () => own.button('Cancel the reply').click()]) {
    await own.choose('Own', 'Reply');
    await line.getByText('Reply to yourself', { exact: true }).waitFor();
    await expect.poll(() => isFocused(own)).toBe(true);
    await cancel();
    await line.waitFor({ state: 'detached' });
    expect(await isFocused(own)).toBe(true);
    expect(await own.textbox.inputValue()).toBe('Draft');
  }
  // An edit comes first, and the answer after it.
  await own.choose('Own', 'Reply');
  await own.choose('Own', 'Edit');
  await line.waitFor({ state: 'detached' });
  await own.editField.press('Escape');
  await line.waitFor();
  expect(await own.textbox.inputValue()).toBe('Draft');
  await own.textbox.press('Enter');
  await quoted(own, 'Draft').toBe('Answers You: Own');
});

test('an answer that is not sent yet shows what it answers', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  await write(url(), charles, ada, 'Well?');
  const own = await device({ as: ada, hash: `#/with/${charles.id}` });
  await own.isIn(charles);
  await own.network.refuse();
  await own.choose('Well?', 'Reply');
  await own.say('Tonight.');
  await own.message('Tonight.', 'sending').waitFor();
  await quoted(own, 'Tonight.').toBe(`Answers ${charles.username}: Well?`);
  await own.network.heal();
  await own.showsState('Tonight.', 'sent');
  await own.load(`#/with/${charles.id}`);
  await quoted(own, 'Tonight.').toBe(`Answers ${charles.username}: Well?`);
});

import { expect, test } from 'vitest';
import type { App } from './support/app.ts';
import { write } from './support/people.ts';
import { phone, stage } from './support/stage.ts';

const { url, device, person } = stage();

const LEAST_TARGET_PX = 24;
const NARROW = { width: 320, height: 640 };
/** The space that a phone's keyboard leaves in portrait. */
const WITH_KEYBOARD = { width: 390, height: 380 };

test('a phone shows one view at a time, with a back button', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  await write(url(), charles, ada, 'Hello');
  const own = await device({ as: ada, context: phone });
  await own.inbox(charles.username).tap();
  await own.isIn(charles);
  expect(await own.inbox().count()).toBe(0);
  expect(await own.textbox.evaluate((area) => area === document.activeElement)).toBe(false);

  // Enter starts a new line, and a button sends.
  await own.textbox.tap();
  await own.page.keyboard.type('One');
  await own.page.keyboard.press('Enter');
  await own.page.keyboard.type('Two');
  await own.button('Send').tap();
  await own.showsTexts(['Hello', 'One\nTwo']);

  await own.link('Back').tap();
  await own.inbox(charles.username).waitFor();
  expect(await own.log.count()).toBe(0);
  await own.link('People').tap();
  await own.heading('People').waitFor();
  await own.page.goBack();
  await own.inbox(charles.username).waitFor();
});

test('the back button on the page goes back in the history instead of adding to it', async () => {
  const [ada, charles, mary] = await Promise.all([person('ada'), person('charles'), person('mary')]);
  for (const friend of [charles, mary]) await write(url(), friend, ada, 'Hello');
  const own = await device({ as: ada, context: phone });
  const before = await own.page.evaluate(() => history.length);
  for (const friend of [charles, mary]) {
    await own.inbox(friend.username).tap();
    await own.isIn(friend);
    await own.link('Back').tap();
    await own.inbox(friend.username).waitFor();
  }
  // It went one step back, and the browser's forward button repeats it.
  expect(await own.page.evaluate(() => history.length)).toBe(before + 1);
  await own.page.goForward();
  await own.isIn(mary);

  // A user who came by an address stays in the app.
  await own.load(`#/with/${charles.id}`);
  await own.isIn(charles);
  await own.page.reload();
  await own.isIn(charles);
  await own.link('Back').tap();
  await own.inbox(mary.username).waitFor();
});

test('at 320 px nothing scrolls sideways, and touch targets are large enough', async () => {
  const [ada, charles] = await Promise.all([
    person('ada', { username: `ada-${'x'.repeat(60)}-${Date.now()}` }),
    person('charles', { username: `charles-${'x'.repeat(60)}-${Date.now()}` }),
  ]);
  const own = await device({ context: { ...phone, viewport: NARROW } });
  await fits(own, 'log in');
  await own.link('Create an account').tap();
  await own.heading('Create an account').waitFor();
  await fits(own, 'sign up');
  await own.page.goBack();
  await own.logIn(ada);
  await own.page.getByText('No conversations yet').waitFor();
  await fits(own, 'an empty inbox');
  for (const text of ['Hello', `https://example.com/${'long/'.repeat(60)}`])
    await write(url(), charles, ada, text);
  await own.badge(charles.username).waitFor();
  await fits(own, 'the inbox');
  await own.inbox(charles.username).tap();
  await own.isIn(charles);
  await own.message('Hello').waitFor();
  await fits(own, 'a conversation');
  await own.sayRefused();
  await own.page.locator('[data-state=failed]').waitFor();
  await fits(own, 'a message that failed');
  await own.link('Back').tap();
  await own.link('People').tap();
  await own.heading('People').waitFor();
  await own.page.getByRole('list', { name: 'People found' }).getByRole('link').first().waitFor();
  await fits(own, 'people');
  await own.link('Back').tap();
  await own.link(/^Profile/).tap();
  await own.heading('Profile').waitFor();
  await own.field('First name').waitFor();
  await fits(own, 'the profile');
});

test('with a phone’s keyboard open, the field and the last message are visible', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  for (let i = 0; i < 30; i += 1) await write(url(), charles, ada, `Message ${i}`);
  const own = await device({ as: ada, context: phone, hash: `#/with/${charles.id}` });
  await own.isIn(charles);
  await own.log.evaluate((log) => log.scrollTo(0, log.scrollHeight));
  await own.message('Message 29').waitFor();
  await own.textbox.tap();
  await own.page.setViewportSize(WITH_KEYBOARD);
  const isVisible = (selector: string) =>
    own.page.evaluate((css) => {
      const all = [...document.querySelectorAll(css)];
      const { top, bottom } = (all.at(-1) as Element).getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight;
    }, selector);
  for (const selector of ['textarea', 'button[aria-label=Send]', 'li.message']) {
    await expect.poll(() => isVisible(selector), { message: selector }).toBe(true);
  }
  await own.textbox.fill('Line\n'.repeat(30));
  await expect.poll(() => isVisible('button[aria-label=Send]')).toBe(true);
});

/** No sideways scrolling, and no touch target too small (WCAG 2.2, 2.5.8, which exempts links within a text). */
async function fits(app: App, what: string): Promise<void> {
  const found = await app.page.evaluate((least) => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const isClipped = (element: Element): boolean => {
      const { parentElement: parent } = element;
      return !!parent && (getComputedStyle(parent).overflowX !== 'visible' || isClipped(parent));
    };
    const wide = [...document.querySelectorAll('body, body *')].filter((element) => {
      const { right, width, height } = element.getBoundingClientRect();
      return width > 1 && height > 1 && right > clientWidth + 1 && !isClipped(element);
    });
    const scrolling = [...document.querySelectorAll('body *')].filter((element) => {
      const { overflowX } = getComputedStyle(element);
      return ['auto', 'scroll'].includes(overflowX) && element.scrollWidth > element.clientWidth;
    });
    const small = [...document.querySelectorAll('a, button, input, textarea')].filter((element) => {
      const { width, height } = element.getBoundingClientRect();
      const isInText = element.matches('p a, .text a');
      const label =
        element instanceof HTMLInputElement && element.type === 'checkbox' ? element.labels?.[0] : undefined;
      const room = label?.getBoundingClientRect();
      return !isInText && (width < least || height < least) && !(room && room.height >= least) && width > 1;
    });
    const named = (elements: Element[]) => elements.map(({ outerHTML }) => outerHTML.slice(0, 120));
    return { overflow: scrollWidth - clientWidth, wide: named([...wide, ...scrolling]), small: named(small) };
  }, LEAST_TARGET_PX);
  expect(found, what).toEqual({ overflow: 0, wide: [], small: [] });
}

import { expect, test } from 'vitest';
import type { App } from './support/app.ts';
import { newcomer, write } from './support/people.ts';
import { stage } from './support/stage.ts';

const { url, device, person } = stage();

/** More tab stops than any view has. After so many without success, the focus is trapped. */
const MOST_STOPS = 60;

test('everything works by keyboard alone, with a visible focus', async () => {
  const charles = await person('charles');
  const own = await device();
  const { keyboard } = own.page;
  const ada = newcomer('ada');

  await own.heading('Log in').waitFor();
  await tabTo(own, 'link', 'Create an account');
  await keyboard.press('Enter');
  await own.heading('Create an account').waitFor();
  await keepsFocus(own);
  const fields = [ada.email, ada.username, 'Ada', 'Lovelace', ada.password, ada.password];
  const names = ['Email', 'Username', 'First name', 'Last name', 'Password', 'Repeat the password'];
  for (const [i, name] of names.entries()) {
    if ((await focused(own)).name !== name) await tabTo(own, 'textbox', name);
    await keyboard.type(fields[i] as string);
  }
  await keyboard.press('Enter');
  await own.page.getByText('No conversations yet').waitFor();
  await keepsFocus(own);

  await tabTo(own, 'link', 'Find people');
  await keyboard.press('Enter');
  await own.heading('People').waitFor();
  await keepsFocus(own);
  if ((await focused(own)).name !== 'Search people') await tabTo(own, 'searchbox', 'Search people');
  await keyboard.type(charles.username);
  await own.page
    .getByRole('list', { name: 'People found' })
    .getByRole('link', { name: charles.username })
    .waitFor();
  await tabTo(own, 'link', charles.username);
  await keyboard.press('Enter');
  await own.isIn(charles);
  await keepsFocus(own);
  if ((await focused(own)).name !== 'Message') await tabTo(own, 'textbox', 'Message');
  await keyboard.type('Written by keys');
  await keyboard.press('Shift+Enter');
  await keyboard.type('on two lines');
  await keyboard.press('Enter');
  await own.showsTexts(['Written by keys\non two lines']);
  expect((await focused(own)).name).toBe('Message');

  // Leaves and comes back.
  await keyboard.press('Escape');
  await expect.poll(() => own.page.evaluate(() => location.hash)).toBe('#/');
  await keepsFocus(own);
  await tabTo(own, 'link', charles.username);
  await keyboard.press('Enter');
  await own.isIn(charles);

  await tabTo(own, 'link', `Profile, ${ada.username}`);
  await keyboard.press('Enter');
  await own.heading('Profile').waitFor();
  await keepsFocus(own);
  await tabTo(own, 'checkbox', 'Show when I am online, and see when others are');
  await keyboard.press('Space');
  await expect.poll(() => own.page.getByRole('checkbox', { name: /Show when/ }).isChecked()).toBe(false);
  await tabTo(own, 'button', 'Log out');
  await keyboard.press('Enter');
  await own.heading('Log in').waitFor();
  await keepsFocus(own);
});

test('the keyboard scrolls the messages', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  for (let i = 0; i < 40; i += 1) await write(url(), ada, charles, `Message ${i}`);
  const own = await device({ as: ada, hash: `#/with/${charles.id}` });
  await own.isIn(charles);
  await own.message('Message 39').waitFor();
  const top = () => own.log.evaluate(({ scrollTop }) => scrollTop);
  const before = await top();
  await tabTo(own, 'log', `Messages with ${charles.username}`, 'Shift+Tab');
  await own.page.keyboard.press('PageUp');
  await expect.poll(top).toBeLessThan(before);
  // Smooth scrolling must end before the next step.
  await own.isAtRest();
  await tabTo(own, 'button', /^Jump to the newest message$/);
  await own.page.keyboard.press('Enter');
  await expect.poll(top).toBe(before);
});

test('with reduced motion, nothing is animated', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  const own = await device({ as: ada, context: { reducedMotion: 'reduce' } });
  await own.heading('Parley').or(own.page.getByText('No conversations yet')).first().waitFor();
  await own.goTo(charles);
  await own.say('Standing still');
  await own.network.refuse();
  await own.connectionStatus.getByText('You are offline.').waitFor();
  const moving = await own.page.evaluate(() => {
    const seconds = (list: string) => Math.max(...list.split(',').map((time) => Number.parseFloat(time)));
    const running = document
      .getAnimations()
      .map((animation) => `running: ${(animation.effect as KeyframeEffect).target?.className}`);
    const styled = [...document.querySelectorAll('*')].filter((element) => {
      const { animationName, animationDuration, transitionDuration } = getComputedStyle(element);
      return (
        (animationName !== 'none' && seconds(animationDuration) > 0.01) || seconds(transitionDuration) > 0.01
      );
    });
    return [...running, ...styled.map(({ tagName, className }) => `styled: ${tagName} ${className}`)];
  });
  expect(moving).toEqual([]);
});

/** The focused element: its role and name, and whether its focus is visible. */
async function focused(app: App): Promise<{ role: string; name: string; isSeen: boolean; isBody: boolean }> {
  return await app.page.evaluate(() => {
    const element = document.activeElement as HTMLElement;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    const { width, height, bottom, right } = element.getBoundingClientRect();
    const labels = 'labels' in element ? [...((element.labels as NodeListOf<HTMLElement>) ?? [])] : [];
    const roles: Record<string, string> = { A: 'link', BUTTON: 'button', TEXTAREA: 'textbox', H1: 'heading' };
    const types: Record<string, string> = { search: 'searchbox', checkbox: 'checkbox' };
    const isInput = element instanceof HTMLInputElement;
    const hasOutline =
      (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
    const isOnScreen = width > 1 && height > 1 && bottom > 0 && right > 0;
    // Headings take the focus only for screen readers, so they need not show it.
    const isPlace = element.tabIndex < 0;
    return {
      role:
        element.getAttribute('role') ??
        (isInput ? (types[element.type] ?? 'textbox') : (roles[element.tagName] ?? '')),
      name: (
        element.getAttribute('aria-label') ??
        labels[0]?.textContent ??
        element.textContent ??
        ''
      ).trim(),
      isSeen: isPlace || (hasOutline && isOnScreen),
      isBody: element === document.body,
    };
  });
}

/** Tabs to an element. Each stop on the way must have a visible focus. */
async function tabTo(app: App, role: string, name: string | RegExp, key = 'Tab'): Promise<void> {
  const seen: string[] = [];
  for (let stops = 0; stops < MOST_STOPS; stops += 1) {
    await app.page.keyboard.press(key);
    const stop = await focused(app);
    seen.push(`${stop.role} ${stop.name}`);
    // After the last stop, the focus goes to the browser itself.
    if (!stop.isBody) expect(stop, 'the focus is visible').toMatchObject({ isSeen: true });
    const fits = typeof name === 'string' ? stop.name.includes(name) : name.test(stop.name);
    if (stop.role === role && fits) return;
  }
  throw new Error(`There is no way to ${role} ${name} by keys, only to:\n${seen.join('\n')}`);
}

async function keepsFocus(app: App): Promise<void> {
  await expect.poll(async () => (await focused(app)).isBody, { message: 'the focus was lost' }).toBe(false);
}

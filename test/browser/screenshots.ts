import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { startRuntime } from '../../local/runtime.ts';
import { build } from '../../scripts/build.ts';
import { launchOptions } from './support/chromium.ts';
import { group, newcomer, type Person, person, post } from './support/people.ts';
import { seedWorld, type World } from './support/world.ts';

/**
 * `npm run screenshots`: takes pictures of all views, light and dark, wide and on a phone, in `.build/screenshots/`.
 * Those that the docs show also go to `docs/screenshots/`.
 */
const root = join(import.meta.dirname, '..', '..');
const folder = join(root, '.build', 'screenshots');
const documented = new Set([
  'conversation-wide-light',
  'conversation-wide-dark',
  'conversation-phone-dark',
  'inbox-phone-light',
]);

const SCREENS: Readonly<Record<string, BrowserContextOptions>> = {
  wide: { viewport: { width: 1200, height: 760 } },
  phone: { viewport: { width: 390, height: 720 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

interface View {
  readonly hash: string;
  /** Undefined for the views before the login. */
  readonly as?: Person;
  /** Runs before the picture is taken. */
  readonly ready: (page: Page) => Promise<unknown>;
}

const heading = (name: string) => (page: Page) => page.getByRole('heading', { level: 1, name }).waitFor();

interface Shown extends World {
  readonly stranger: Person;
  /** The id of a group. */
  readonly engines: string;
  /** The token of an invitation to it. */
  readonly token: string;
}

/** In this order, because the last ones change what the others show. */
const viewsOf = ({ ada, charles, mary, stranger, engines, token }: Shown): Record<string, View> => {
  const withCharles = `#/with/${charles.id}`;
  const isThere = (page: Page) =>
    page.getByRole('main').getByText('Online', { exact: true }).last().waitFor();
  return {
    'log-in': { hash: '#/log-in', ready: heading('Log in') },
    'log-in-refused': {
      hash: '#/log-in',
      async ready(page) {
        await page.getByLabel('Email').fill(ada.email);
        await page.getByLabel('Password').fill('not it');
        await page.getByRole('button', { name: 'Log in' }).click();
        await page.getByRole('alert').waitFor();
      },
    },
    'sign-up': { hash: '#/sign-up', ready: heading('Create an account') },
    'sign-up-refused': {
      hash: '#/sign-up',
      async ready(page) {
        await page.getByLabel('Email').fill('ada');
        await page.getByLabel('Username').fill(ada.username);
        await page.getByRole('button', { name: 'Create account' }).click();
        await page.getByRole('alert').waitFor();
      },
    },
    'inbox-empty': {
      hash: '#/',
      as: stranger,
      ready: (page) => page.getByText('No conversations yet').waitFor(),
    },
    inbox: { hash: '#/', as: ada, ready: (page) => page.locator('.badge').first().waitFor() },
    conversation: { hash: withCharles, as: ada, ready: isThere },
    'conversation-empty': {
      hash: `#/with/${stranger.id}`,
      as: ada,
      ready: (page) => page.getByText('No messages yet').waitFor(),
    },
    people: {
      hash: '#/people',
      as: ada,
      ready: (page) => page.getByRole('list', { name: 'People found' }).getByRole('link').first().waitFor(),
    },
    profile: { hash: '#/profile', as: ada, ready: (page) => page.getByLabel('First name').waitFor() },
    group: {
      hash: `#/group/${engines}`,
      as: ada,
      ready: (page) => page.locator('.sender', { hasText: mary.username }).waitFor(),
    },
    'group-members': {
      hash: `#/group/${engines}`,
      as: ada,
      async ready(page) {
        await page.getByRole('button', { name: 'Members' }).click();
        await page.getByRole('dialog').getByRole('listitem').nth(2).waitFor();
      },
    },
    'group-new': {
      hash: '#/',
      as: ada,
      async ready(page) {
        await page.getByRole('button', { name: 'New group' }).click();
        await page.getByLabel('Title').fill('Difference engines');
        const search = page.getByLabel('Find people by name');
        await search.fill(mary.username);
        await page.getByRole('button', { name: `Add ${mary.username}` }).click();
        await search.fill('c');
        await page
          .getByRole('button', { name: /^Add c/ })
          .first()
          .waitFor();
      },
    },
    'group-about': {
      hash: `#/group/${engines}`,
      as: ada,
      async ready(page) {
        await openOptions(page, 'About this group');
        await page.getByLabel('Description').fill('Engines of all kinds.\nBring your own oil.');
      },
    },
    'group-invite': {
      hash: `#/group/${engines}`,
      as: ada,
      async ready(page) {
        await openOptions(page, 'Invite by link');
        await page.getByRole('button', { name: 'Create a link' }).click();
        await page.getByLabel('Link to send').waitFor();
      },
    },
    invited: {
      hash: `#/join/${token}`,
      as: stranger,
      ready: (page) => page.getByRole('button', { name: 'Join the group' }).waitFor(),
    },
    'invited-first': { hash: `#/join/${token}`, ready: heading('You are invited to a group') },
    'conversation-options': {
      hash: withCharles,
      as: ada,
      async ready(page) {
        await isThere(page);
        await openOptions(page);
      },
    },
    nobody: { hash: '#/with/nobody', as: ada, ready: heading('User not found') },
    'conversation-failed': {
      hash: withCharles,
      as: ada,
      async ready(page) {
        await isThere(page);
        // Half a surrogate pair, which the server refuses.
        await page.getByRole('textbox', { name: 'Message', exact: true }).evaluate((area) => {
          (area as HTMLTextAreaElement).value = 'So the loop runs \ud83d';
          area.dispatchEvent(new InputEvent('input', { bubbles: true }));
        });
        await page.getByRole('button', { name: 'Send' }).click();
        await page.getByRole('button', { name: 'Discard' }).waitFor();
      },
    },
    'conversation-menu': {
      hash: withCharles,
      as: ada,
      async ready(page) {
        await isThere(page);
        await openMenu(page, 'May I use that sentence?');
      },
    },
    'conversation-editing': {
      hash: withCharles,
      as: ada,
      async ready(page) {
        await isThere(page);
        await openMenu(page, 'May I use that sentence?');
        await page.getByRole('menuitem', { name: 'Edit' }).click();
        await page.getByText('Editing', { exact: true }).waitFor();
      },
    },
    'conversation-delete': {
      hash: withCharles,
      as: ada,
      async ready(page) {
        await isThere(page);
        await openMenu(page, 'May I use that sentence?');
        await page.getByRole('menuitem', { name: 'Delete' }).click();
        await page.getByRole('dialog').waitFor();
      },
    },
    'conversation-changed': {
      hash: withCharles,
      as: ada,
      async ready(page) {
        await isThere(page);
        await openMenu(page, 'May I use that sentence?');
        await page.getByRole('menuitem', { name: 'Edit' }).click();
        await page.getByRole('textbox', { name: 'Edit message' }).fill('May I print that sentence?');
        await page.getByRole('button', { name: 'Save' }).click();
        await page.getByText('edited', { exact: true }).waitFor();
        await openMenu(page, 'Does the engine run tonight?');
        await page.getByRole('menuitem', { name: 'Delete' }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
        await page.getByRole('log').getByText('This message was deleted').waitFor();
      },
    },
    'inbox-arranged': {
      hash: withCharles,
      as: ada,
      async ready(page) {
        await isThere(page);
        await openOptions(page, 'Pin');
        await page.evaluate((hash) => location.assign(hash), `#/group/${engines}`);
        await openOptions(page, 'Mute for a week');
        await page.evaluate((hash) => location.assign(hash), withCharles);
        await openOptions(page, 'Mark as unread');
        await page.locator('.mark').nth(1).waitFor();
      },
    },
    'conversation-unread': {
      hash: `#/with/${mary.id}`,
      as: ada,
      ready: (page) => page.getByText('New messages').waitFor(),
    },
  };
};

/** The menu of the conversation that is shown. */
async function openOptions(page: Page, chosen?: string): Promise<void> {
  await page.locator('[role=log] li').last().waitFor();
  await page.getByRole('button', { name: 'Conversation options' }).click();
  if (chosen) await page.getByRole('menuitem', { name: chosen }).click();
}

/** The menu of a message. The button is there before it shows. */
const openMenu = (page: Page, text: string) =>
  page
    .locator('li.message')
    .filter({ hasText: text })
    .getByRole('button', { name: 'Message options' })
    .evaluate((button) => (button as HTMLElement).click());

rmSync(folder, { recursive: true, force: true });
mkdirSync(join(root, 'docs', 'screenshots'), { recursive: true });
const browser = await chromium.launch(await launchOptions());
try {
  for (const [screen, options] of Object.entries(SCREENS)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await photograph(browser, `${screen}-${colorScheme}`, { ...options, colorScheme });
    }
  }
} finally {
  await browser.close();
}
console.log(folder);

/** All views on one kind of screen. Each kind has its own users, because a picture marks messages as read. */
async function photograph(browser: Browser, kind: string, options: BrowserContextOptions): Promise<void> {
  const runtime = await startRuntime({
    assembly: () => build({}),
    port: 0,
    memory: true,
    onLog: (line) => console.error(line),
  });
  const open = (as?: Person) => openPage(browser, runtime.url, as, options);
  try {
    const world = await seedWorld(runtime);
    const stranger = await person(runtime.url, 'luigi', {
      username: 'luigi.menabrea',
      email: 'luigi@example.com',
      password: newcomer('luigi').password,
    });
    const engines = await group(runtime.url, world.ada, 'Difference engines', [world.charles, world.mary]);
    const write = (sender: Person, text: string) =>
      post(
        runtime.url,
        `/conversations/${engines}/messages/`,
        { text },
        {
          authorization: `Bearer ${sender.tokens.access}`,
          'idempotency-key': crypto.randomUUID(),
        },
      );
    await write(world.charles, 'The second one needs fewer wheels.');
    await write(world.charles, 'About a third of them.');
    await write(world.ada, 'And how many punched cards?');
    await write(world.mary, 'May I bring Sophia on Thursday?');
    const { token } = await post<{ token: string }>(
      runtime.url,
      `/conversations/${engines}/invitations/`,
      {},
      { authorization: `Bearer ${world.ada.tokens.access}` },
    );
    // He is online and has read everything.
    const his = await open(world.charles);
    await his.goto(`${runtime.url}/#/with/${world.ada.id}`);
    await his.locator('li.message').last().waitFor();
    for (const [view, { hash, as, ready }] of Object.entries(
      viewsOf({ ...world, stranger, engines, token }),
    )) {
      const page = await open(as);
      await page.goto(`${runtime.url}/${hash}`);
      await ready(page);
      await page.waitForLoadState('networkidle');
      const name = `${view}-${kind}`;
      await page.screenshot({ path: join(folder, `${name}.png`) });
      if (documented.has(name))
        await page.screenshot({ path: join(root, 'docs', 'screenshots', `${name}.png`) });
      await page.context().close();
    }
    await his.context().close();
  } finally {
    await runtime.stop();
  }
}

/** A user's page, in a time zone where it is evening, because the conversations take place in the evening. */
async function openPage(
  browser: Browser,
  url: string,
  as: Person | undefined,
  options: BrowserContextOptions,
): Promise<Page> {
  const tokens = as && [{ name: 'parley.tokens', value: JSON.stringify(as.tokens) }];
  const context = await browser.newContext({
    ...options,
    locale: 'en-GB',
    timezoneId: eveningZone(new Date()),
    reducedMotion: 'reduce',
    storageState: { cookies: [], origins: tokens ? [{ origin: url, localStorage: tokens }] : [] },
  });
  return await context.newPage();
}

/** `Etc/GMT-3` is three hours ahead of UTC. */
function eveningZone(now: Date): string {
  const ahead = ((20 - now.getUTCHours() + 36) % 24) - 12;
  return `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
}

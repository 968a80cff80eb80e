import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { startRuntime } from '../../local/runtime.ts';
import { launchOptions } from './support/chromium.ts';
import type { Person } from './support/people.ts';
import { seedWorld, type World } from './support/world.ts';

/**
 * `npm run screenshots`: every view, light and dark, wide and on a phone, into `.build/screenshots/`; the few that the
 * documentation shows into `docs/screenshots/` as well.
 */
const root = join(import.meta.dirname, '..', '..');
const folder = join(root, '.build', 'screenshots');
const documented = [
  'conversation-wide-light',
  'conversation-wide-dark',
  'conversation-phone-dark',
  'inbox-phone-light',
];

const SCREENS: Readonly<Record<string, BrowserContextOptions>> = {
  wide: { viewport: { width: 1200, height: 760 } },
  phone: { viewport: { width: 390, height: 720 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

interface View {
  readonly hash: (world: World) => string;
  readonly isIn: boolean;
  /** What to wait for, or to do, before the picture is taken. */
  readonly ready: (page: Page) => Promise<unknown>;
}

const heading = (name: string) => (page: Page) => page.getByRole('heading', { level: 1, name }).waitFor();

const VIEWS: Readonly<Record<string, View>> = {
  'log-in': { hash: () => '#/log-in', isIn: false, ready: heading('Log in') },
  'sign-up': { hash: () => '#/sign-up', isIn: false, ready: heading('Create an account') },
  inbox: { hash: () => '#/', isIn: true, ready: (page) => page.locator('.badge').first().waitFor() },
  conversation: {
    hash: ({ charles }) => `#/with/${charles.id}`,
    isIn: true,
    ready: (page) => page.getByRole('main').getByText('Online', { exact: true }).last().waitFor(),
  },
  people: {
    hash: () => '#/people',
    isIn: true,
    ready: (page) => page.getByRole('list', { name: 'People found' }).getByRole('link').first().waitFor(),
  },
  profile: { hash: () => '#/profile', isIn: true, ready: (page) => page.getByLabel('First name').waitFor() },
};

const runtime = await startRuntime({ port: 0, memory: true, onLog: (line) => console.error(line) });
const browser = await chromium.launch(await launchOptions());
try {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(root, 'docs', 'screenshots'), { recursive: true });
  const world = await seedWorld(runtime);
  // He is there, and has read all of it.
  const his = await open(browser, world.charles, {});
  await his.goto(`${runtime.url}/#/with/${world.ada.id}`);
  await his.locator('li.message').last().waitFor();
  for (const [screen, options] of Object.entries(SCREENS)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const [view, { hash, isIn, ready }] of Object.entries(VIEWS)) {
        const page = await open(browser, isIn ? world.ada : undefined, { ...options, colorScheme });
        await page.goto(`${runtime.url}/${hash(world)}`);
        await ready(page);
        await page.waitForLoadState('networkidle');
        const name = `${view}-${screen}-${colorScheme}`;
        await page.screenshot({ path: join(folder, `${name}.png`) });
        if (documented.includes(name))
          await page.screenshot({ path: join(root, 'docs', 'screenshots', `${name}.png`) });
        await page.context().close();
      }
    }
  }
  console.log(`${folder}: ${Object.keys(VIEWS).join(', ')}`);
} finally {
  await browser.close();
  await runtime.stop();
}

/** A page of somebody, in a time zone in which it is evening: the world's talks are of the evening. */
async function open(
  browser: Browser,
  person: Person | undefined,
  options: BrowserContextOptions,
): Promise<Page> {
  const tokens = person && [{ name: 'parley.tokens', value: JSON.stringify(person.tokens) }];
  const context = await browser.newContext({
    ...options,
    locale: 'en-GB',
    timezoneId: eveningZone(new Date()),
    reducedMotion: 'reduce',
    storageState: { cookies: [], origins: tokens ? [{ origin: runtime.url, localStorage: tokens }] : [] },
  });
  return await context.newPage();
}

/** `Etc/GMT-3` is three hours ahead of UTC. */
function eveningZone(now: Date): string {
  const ahead = ((20 - now.getUTCHours() + 36) % 24) - 12;
  return `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
}

import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { App } from './app.ts';
import { type Faults, watchFaults } from './faults.ts';
import { type Network, startNetwork } from './network.ts';
import type { Person } from './people.ts';

const WAIT_MS = 20_000;

interface Options {
  readonly url: string;
  readonly as?: Person;
  readonly context?: BrowserContextOptions;
  readonly before?: () => void;
}

/** A browser with its own network and one tab. */
export interface Device extends App {
  readonly context: BrowserContext;
  readonly network: Network;
  readonly faults: Faults;
  /** Opens the app again in the tab. */
  load(hash?: string): Promise<void>;
  /** Opens another tab. */
  tab(hash?: string): Promise<App>;
  /** The errors in its pages. */
  end(): Promise<readonly string[]>;
}

export async function openDevice(browser: Browser, options: Options): Promise<Device> {
  const network = await startNetwork(options.url);
  const context = await browser.newContext({
    locale: 'en-GB',
    timezoneId: 'UTC',
    viewport: { width: 1280, height: 800 },
    ...options.context,
    ...(options.as && { storageState: loggedIn(network.url, options.as) }),
  });
  context.setDefaultTimeout(WAIT_MS);
  const faults = await watchFaults(context, network.url);
  if (options.before) await context.addInitScript(options.before);
  const open = async (page: Page, hash = '') => {
    await page.goto(`${network.url}/${hash}`);
    await page.locator('h1').first().waitFor();
  };
  const page = await context.newPage();
  const isTouch = options.context?.hasTouch === true;
  return Object.assign(new App(page, isTouch), {
    context,
    network,
    faults,
    load: (hash?: string) => open(page, hash),
    async tab(hash?: string) {
      const another = await context.newPage();
      await open(another, hash);
      return new App(another, isTouch);
    },
    async end() {
      await context.close();
      await network.end();
      return faults.list(network.wasDisturbed);
    },
  });
}

function loggedIn(origin: string, { tokens }: Person) {
  const localStorage = [{ name: 'parley.tokens', value: JSON.stringify(tokens) }];
  return { cookies: [], origins: [{ origin, localStorage }] };
}

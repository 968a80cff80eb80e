import { type Browser, type BrowserContextOptions, chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import { type Device, openDevice } from './device.ts';
import { type Credentials, type Person, person } from './people.ts';

interface DeviceOptions {
  /** Somebody who is logged in on it. */
  readonly as?: Person;
  /** Another system than the shared one. */
  readonly url?: string;
  /** What the page is opened with, behind `/`. */
  readonly hash?: string;
  readonly context?: BrowserContextOptions;
  /** Runs in each page before its own scripts. */
  readonly before?: () => void;
}

/** Devices for the tests of a file; after each test they are gone, and nothing may have gone wrong in their pages. */
export function stage() {
  let browser: Browser;
  const devices: Device[] = [];
  beforeAll(async () => {
    browser = await chromium.connect(inject('browserEndpoint'));
  });
  afterEach(async () => {
    const faults = await Promise.all(devices.splice(0).map((device) => device.end()));
    expect(faults.flat(), 'what went wrong in the pages').toEqual([]);
  });
  afterAll(() => browser?.close());
  return {
    url: () => inject('appUrl'),
    person: (name: string, changes?: Partial<Credentials>) => person(inject('appUrl'), name, changes),
    async device({ url = inject('appUrl'), ...options }: DeviceOptions = {}): Promise<Device> {
      const device = await openDevice(browser, { url, ...options });
      devices.push(device);
      await device.load(options.hash);
      return device;
    },
  };
}

/** A telephone held upright. */
export const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  isMobile: true,
  hasTouch: true,
};

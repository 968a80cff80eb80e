import { type Browser, type BrowserContextOptions, chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import { type Device, openDevice } from './device.ts';
import { type Credentials, type Person, person } from './people.ts';

interface DeviceOptions {
  /** The user who is logged in. */
  readonly as?: Person;
  /** The URL of another system than the shared one. */
  readonly url?: string;
  /** The part of the address after `/`. */
  readonly hash?: string;
  readonly context?: BrowserContextOptions;
  /** Runs in each page before its own scripts. */
  readonly before?: () => void;
}

/** Devices for the tests of a file. After each test they are closed, and their pages must be free of errors. */
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

/** A phone in portrait. */
export const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  isMobile: true,
  hasTouch: true,
};

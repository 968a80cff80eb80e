import { expect, test } from 'vitest';
import { browserOf } from './support/chromium.ts';

const EDGE = '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge';
const none = () => false;
const all = () => true;

test('the tests take the browser of their npm package where it runs, and an installed one elsewhere', () => {
  expect(browserOf({ platform: 'linux', arch: 'x64', env: {} }, all)).toBe('packaged');
  expect(
    browserOf({ platform: 'linux', arch: 'arm64', env: {} }, (path) => path === '/usr/bin/chromium'),
  ).toBe('/usr/bin/chromium');
  expect(browserOf({ platform: 'darwin', arch: 'arm64', env: {} }, (path) => path === EDGE)).toBe(EDGE);
  expect(browserOf({ platform: 'linux', arch: 'x64', env: { CHROMIUM_PATH: '/my/chrome' } }, none)).toBe(
    '/my/chrome',
  );
});

test('without a browser the tests say what to install', () => {
  expect(() => browserOf({ platform: 'darwin', arch: 'x64', env: {} }, none)).toThrow(
    'found no browser for darwin-x64: install Chrome, Edge or Chromium, or name its executable in CHROMIUM_PATH',
  );
});

import { expect, it } from 'vitest';
import { deviceId } from '../../web/state/device.ts';

const ID = /^[A-Za-z0-9_-]{22,64}$/;

/** A browser's storage. */
function storage() {
  const stored = new Map<string, string>();
  return {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
  };
}

it('a browser has an id that the server takes, always the same', () => {
  const [one, other] = [storage(), storage()];
  expect(deviceId(() => one)).toMatch(ID);
  expect(deviceId(() => one)).toBe(deviceId(() => one));
  expect(deviceId(() => other)).not.toBe(deviceId(() => one));
});

it('a browser that stores nothing has none', () => {
  const full = (): never => {
    throw new DOMException('full', 'QuotaExceededError');
  };
  expect(deviceId(() => ({ getItem: () => null, setItem: full }))).toBeUndefined();
  expect(deviceId(full)).toBeUndefined();
});

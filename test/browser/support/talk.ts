import { expect } from 'vitest';
import type { App, Shown } from './app.ts';
import type { Device } from './device.ts';
import type { Person } from './people.ts';

const PAUSE_MS = 400;

/** Two users with their conversation open. */
export async function face(one: Device, onesPeer: Person, other: Device, othersPeer: Person): Promise<void> {
  await Promise.all([one.goTo(onesPeer), other.goTo(othersPeer)]);
  await one.say('Are you there?');
  await other.message('Are you there?').waitFor();
  await one.showsState('Are you there?', 'read');
}

/**
 * Writes messages one after the other until the condition is met, with a pause between them.
 * Returns their texts. The test's time bounds it.
 */
export async function chatterUntil(app: App, name: string, isMet: () => boolean): Promise<readonly string[]> {
  const texts: string[] = [];
  while (!isMet()) {
    const text = `${name} ${texts.length + 1}`;
    texts.push(text);
    await app.say(text);
    await app.page.waitForTimeout(PAUSE_MS);
  }
  return texts;
}

/** Writes messages one after the other, as fast as the page accepts them. Returns their texts. */
export async function chatter(
  app: App,
  name: string,
  count: number,
  pauseMs = 0,
): Promise<readonly string[]> {
  const texts = Array.from({ length: count }, (_, i) => `${name} ${i + 1}`);
  for (const text of texts) {
    await app.say(text);
    if (pauseMs > 0) await app.page.waitForTimeout(pauseMs);
  }
  return texts;
}

/**
 * Both pages show each message once, without a gap in the numbers, in the same order, which keeps each writer's order.
 */
export async function tellTheSame(
  one: App,
  other: App,
  said: readonly (readonly string[])[],
  timeout = 60_000,
): Promise<void> {
  const count = 1 + said.flat().length;
  for (const app of [one, other]) {
    await expect.poll(async () => summary(await app.messages()), { timeout }).toEqual({ count, unsent: [] });
  }
  const [hers, his] = [await one.messages(), await other.messages()];
  const order = (messages: readonly Shown[]) => messages.map(({ seq, text }) => `${seq} ${text}`);
  expect(order(his)).toEqual(order(hers));
  expect(hers.map(({ seq }) => seq)).toEqual(hers.map((_, i) => i + 1));
  for (const texts of said) {
    const shown = hers.map(({ text }) => text).filter((text) => texts.includes(text));
    expect(shown).toEqual(texts);
  }
}

function summary(messages: readonly Shown[]) {
  const isUnsent = ({ state }: Shown) => state === 'sending' || state === 'failed';
  return {
    count: messages.length,
    unsent: messages.filter(isUnsent).map(({ text, state }) => `${state}: ${text}`),
  };
}

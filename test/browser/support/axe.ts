import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Device } from './device.ts';

const source = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** The accessibility violations of the page as text, one for each element. */
export async function violations(page: Page): Promise<readonly string[]> {
  // Through the debugger, because the CSP of the page allows only its own script.
  await page.evaluate(`${source}; undefined`);
  const { violations: found, passes } = await page.evaluate((tags) => {
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<AxeResults> } };
    return axe.run({ runOnly: tags });
  }, TAGS);
  if (passes.length === 0) throw new Error('axe-core looked at nothing.');
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, any, all, none }) => {
      const why = [...any, ...all, ...none].map(({ message }) => message).join(' ');
      return `${id}: ${html.slice(0, 160)} ${why}`;
    }),
  );
}

/** No violation in either theme, after all animations have ended. */
export async function passes({ page }: Pick<Device, 'page'>, what: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect(await violations(page), `${what}, ${colorScheme}`).toEqual([]);
  }
}

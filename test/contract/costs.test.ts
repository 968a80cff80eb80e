import { describe, expect, it } from 'vitest';
import { costsOf, idleHour, markdownOf } from '../bench/cost-table.ts';
import recorded from '../bench/counts.json' with { type: 'json' };
import { ASSUMED_MS, PRICES, PRICES_AS_OF } from '../bench/prices.ts';
import { numberIn, PAGES, type Page, rowsBelow } from './markdown.ts';

const readme = PAGES.find(({ path }) => path === 'README.md') as Page;

describe('what it costs', () => {
  const { date, counts } = recorded;
  const costs = costsOf(counts);
  const rows = rowsBelow(readme, 'What it costs');

  it('is what the recorded counts come to', () => {
    const computed = { path: '', text: `# Costs\n${markdownOf(costs)}` };
    expect(rows.filter(({ work }) => work !== undefined)).toEqual(rowsBelow(computed, 'Costs'));
    expect(readme.text).toContain(`\`npm run cost\`,\nlast on ${date};`);
  });

  it('is what the prices say', () => {
    const shown = rows.filter(({ price }) => price !== undefined);
    expect(shown.map((row) => numberIn(row['USD a million']))).toEqual([...Object.values(PRICES), 0]);
    expect(readme.text).toContain(`Prices of us-east-1 as of ${PRICES_AS_OF}`);
    expect(numberIn(/each function takes (\d+) ms/.exec(readme.text)?.[1])).toBe(ASSUMED_MS);
  });

  it('is summed up right', () => {
    const usd = (amount: number) => amount.toFixed(2);
    const { acked, burst, alone, read, received, ping } = costs;
    expect(readme.text).toContain(
      `${usd(acked.usd)} USD until they are acknowledged, ${usd(burst.usd)} USD with all that follows in bursts of 20, ${usd(alone.usd)} USD if each comes alone.**`,
    );
    expect(readme.text).toContain(
      `costs ${usd(burst.usd + (read.usd + received.usd) / 20)} USD a million messages`,
    );
    expect(readme.text).toContain(`an idle hour is ${idleHour(ping).toFixed(6)} USD`);
    expect(readme.text).toContain(`day and night are ${usd(1000 * 24 * 30 * idleHour(ping))} USD a\nmonth`);
    expect(numberIn(/a burst of 20 costs some ([\d.]+) WRU each/.exec(readme.text)?.[1])).toBe(burst.wru);
  });

  it('a million messages cost 4.50 USD at most, with all that follows from a burst', () => {
    expect(costs.acked.usd).toBeLessThanOrEqual(4.5);
    expect(costs.burst.usd).toBeLessThanOrEqual(4.5);
    expect(costs.burst.wru).toBeLessThanOrEqual(1.5);
  });
});

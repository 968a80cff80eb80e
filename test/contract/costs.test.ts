import { App } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { MAX_SESSIONS } from '../../functions/core/sessions/own-sessions.ts';
import { actionSchemas } from '../../functions/protocol/actions.ts';
import { readSettings } from '../../lib/settings.ts';
import { costsOf, idleHour, markdownOf, start } from '../bench/cost-table.ts';
import recorded from '../bench/counts.json' with { type: 'json' };
import { ASSUMED_INIT_MS, ASSUMED_MS, PRICES, PRICES_AS_OF } from '../bench/prices.ts';
import worst from '../bench/worst/counts.json' with { type: 'json' };
import { DEAREST, FAN_OUT, type Kind, MAILING, MOST_USD } from '../bench/worst/kinds.ts';
import { markdownOf as dearestMarkdown, dearestOf } from '../bench/worst/table.ts';
import { OPERATIONS } from './document.ts';
import { numberIn, pageAt, rowsBelow, sentencesOf } from './markdown.ts';

const page = pageAt('docs/costs.md');
const text = sentencesOf(page);
const readme = sentencesOf(pageAt('README.md'));

describe('the dearest frame or request of each kind', () => {
  const all = dearestOf(worst.counts);
  const kinds = Object.keys(DEAREST) as Kind[];

  it('is what the recorded counts come to', () => {
    for (const [heading, of] of [
      ['The dearest of each kind', kinds],
      ['Many sockets and members', Object.keys(FAN_OUT) as (keyof typeof FAN_OUT)[]],
    ] as const) {
      const computed = { path: '', text: `# Dearest\n${dearestMarkdown(of.map((kind) => all[kind]))}` };
      expect(rowsBelow(page, heading)).toEqual(rowsBelow(computed, 'Dearest'));
    }
    expect(text).toContain(`\`npm run cost -- --worst\` counts them (last on ${worst.date})`);
  });

  /** It happens once for an account, which costs more to make: a registration, and a log-in for each session. */
  const ONCE = 'deleteAccount';

  it('the deletion of an account costs less than its making', () => {
    const making = all.register.usd + MAX_SESSIONS * all.refresh.usd;
    expect(all[ONCE].usd).toBeLessThan(making);
  });

  it.each(MAILING)('%s costs a mail and as much as ten messages at most, five times an hour', (kind) => {
    expect(worst.counts[kind]).toHaveProperty('mails', 1);
    expect(all[kind].usd).toBeLessThanOrEqual(PRICES.mails + MOST_USD);
    expect(readSettings(new App().node).mails).toBe(5);
  });

  it.each(kinds.filter((kind) => kind !== ONCE && !MAILING.includes(kind)))(
    '%s costs as much as ten messages at most',
    (kind) => {
      expect(all[kind].usd).toBeGreaterThan(1);
      expect(all[kind].usd).toBeLessThanOrEqual(MOST_USD);
    },
  );

  it('is each action of a device, and each operation of the HTTP API that reads or changes something', () => {
    const names = [...Object.values(DEAREST), ...Object.values(FAN_OUT)].join();
    for (const action of Object.keys(actionSchemas)) {
      if (action !== 'message.send') expect(names).toContain(`\`${action}\``);
    }
    for (const { method, path } of OPERATIONS) {
      if (
        /^\/(?:schema|\.well-known)/.test(path) ||
        !['DELETE', 'GET', 'POST', 'PATCH', 'PUT'].includes(method)
      )
        continue;
      expect(names).toContain(`\`${method} ${path.replace(/\/?$/, '/')}\``);
    }
  });
});

describe('what it costs', () => {
  const { date, counts } = recorded;
  const costs = costsOf(counts);

  it('is what the recorded counts come to', () => {
    const computed = { path: '', text: `# Costs\n${markdownOf(costs)}` };
    expect(rowsBelow(page, 'Work and its price')).toEqual(rowsBelow(computed, 'Costs'));
    expect(text).toContain(
      `\`npm run cost\` takes the counts in this table from the running system (last on ${date})`,
    );
  });

  it('is what the prices say', () => {
    const shown = rowsBelow(page, 'Prices');
    expect(shown.map((row) => numberIn(row['USD a million']))).toEqual([...Object.values(PRICES), 0]);
    expect(text).toContain(`Prices of us-east-1 as of ${PRICES_AS_OF}`);
    expect(numberIn(/Each function takes (\d+) ms/.exec(text)?.[1])).toBe(ASSUMED_MS);
  });

  it('is summed up right', () => {
    const usd = (amount: number) => amount.toFixed(2);
    const { acked, framed, framedAll, burst, alone, read, received, ping } = costs;
    const million = `${usd(acked.usd)} USD to store and deliver. With inbox updates: ${usd(burst.usd)} USD in bursts of 20, ${usd(alone.usd)} USD if each comes alone. In frames of 10: ${usd(framed.usd)} USD, and ${usd(framedAll.usd)} USD with inbox updates.`;
    expect(text).toContain(
      `A start of ${ASSUMED_INIT_MS / 1000} seconds with 1,024 MB is ${usd(start())} USD a million starts`,
    );
    const connected = usd(1000 * 24 * 30 * idleHour(ping));
    expect(text).toContain(`**A million messages** cost ${million}`);
    expect(readme).toContain(`A million messages: ${million}`);
    expect(text).toContain(`costs ${usd(burst.usd + (read.usd + received.usd) / 20)} USD a million messages`);
    expect(text).toContain(`an idle hour is ${idleHour(ping).toFixed(6)} USD`);
    expect(text).toContain(`day and night are ${connected} USD a month`);
    expect(readme).toContain(`day and night: ${connected} USD a month`);
    expect(
      numberIn(/a burst of 20 costs some ([\d.]+) WRU each/.exec(sentencesOf(pageAt('docs/table.md')))?.[1]),
    ).toBe(burst.wru);
  });

  it('a million messages cost 4.50 USD at most, with all that follows from a burst, and 4.55 with what CloudFront sends', () => {
    const sent = ({ megabytes }: (typeof costs)['acked']) => megabytes * PRICES.megabytes;
    for (const cost of [costs.acked, costs.burst]) {
      expect(cost.usd - sent(cost)).toBeLessThanOrEqual(4.5);
      expect(cost.usd).toBeLessThanOrEqual(4.55);
    }
    expect(costs.burst.wru).toBeLessThanOrEqual(1.5);
  });

  it('a million messages in frames of 10 cost 1.40 USD at most, with all that follows', () => {
    expect(costs.framedAll.usd).toBeLessThanOrEqual(1.4);
  });
});

import { costsOf } from '../../cost-table.ts';
import recorded from '../../counts.json' with { type: 'json' };
import { figure } from '../figure.ts';
import type { Part } from '../part.ts';

/** What messages cost on AWS, by the counts that `npm run cost` has recorded. */
export const usd: Part = async function* () {
  const { acked, framed } = costsOf(recorded.counts);
  yield {
    title: 'AWS: a million messages until they are acknowledged',
    figures: [
      figure('usd.single', 'single', 'USD', [acked.usd]),
      figure('usd.framed', 'in frames of 10', 'USD', [framed.usd]),
    ],
    notes: [`Counted by \`npm run cost -- --record\` on ${recorded.date}.`],
  };
};

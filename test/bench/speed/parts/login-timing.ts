import { figure } from '../figure.ts';
import { ask } from '../load/http.ts';
import { registerAll } from '../load/people.ts';
import { type Part, repeat } from '../part.ts';
import { spreadOf } from '../summary.ts';
import { startSystem } from '../system/start.ts';

const TRIES = { full: 200, quick: 40 };
const ADDRESSES = 20;
const WARM_UP = 20;

/**
 * A wrong password for an address that has an account, and for one that has none: the time of the answer must not tell which it
 * is. The two take turns, so that whatever else slows the machine slows both. Passwords cost what they cost by default.
 */
export const loginTiming: Part = async function* ({ runs, quick }) {
  const tries = quick ? TRIES.quick : TRIES.full;
  const system = await startSystem({});
  try {
    const people = await registerAll(system.url, ADDRESSES);
    const known = people.map(({ email }) => email);
    // As long as the others.
    const unknown = known.map((email) => email.replace(/^./, (first) => (first === 'x' ? 'y' : 'x')));
    const times = { known: [] as number[], unknown: [] as number[] };
    const measureBoth = async (count: number) => {
      times.known.length = 0;
      times.unknown.length = 0;
      for (let i = 0; i < count; i += 1) {
        const [first, second] =
          i % 2 === 0 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const);
        for (const which of [first, second]) {
          const email = { known, unknown }[which][i % ADDRESSES] as string;
          times[which].push(await wrongPassword(system.url, email));
        }
      }
      return { known: spreadOf(times.known).median, unknown: spreadOf(times.unknown).median };
    };
    await measureBoth(WARM_UP);
    const medians = await repeat('log-in timing', runs, () => measureBoth(tries));
    yield {
      title: `A wrong password, ${tries} times for known and for unknown addresses`,
      figures: [
        figure(
          'login.known.p50',
          'an address with an account, p50',
          'ms',
          medians.map(({ known }) => known),
        ),
        figure(
          'login.unknown.p50',
          'an address without, p50',
          'ms',
          medians.map(({ unknown }) => unknown),
        ),
        figure(
          'login.apart',
          'how far apart: the larger median over the smaller',
          '',
          medians.map(({ known, unknown }) => Math.max(known, unknown) / Math.min(known, unknown)),
        ),
      ],
    };
  } finally {
    await system.stop();
  }
};

async function wrongPassword(url: string, email: string): Promise<number> {
  const start = performance.now();
  const { status } = await ask(url, '/users/token/', { body: { email, password: 'not this one' } });
  const took = performance.now() - start;
  if (status !== 401) throw new Error(`a wrong password was answered with ${status}`);
  return took;
}

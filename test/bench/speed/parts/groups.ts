import { MAX_FIRST_MEMBERS, MAX_MEMBERS } from '../../../../functions/core/conversations/roster.ts';
import type { Person } from '../../../support/people.ts';
import { gigabytesOf } from '../../cost-table.ts';
import { ASSUMED_MS, PRICES } from '../../prices.ts';
import { figure } from '../figure.ts';
import { call } from '../load/http.ts';
import { type Measured, PERCENTS, sendOverAll, warmUp } from '../load/pairs.ts';
import {
  checkLogs,
  closeAll,
  deviceUrl,
  inParallel,
  lastSeqs,
  type PairLine,
  registerAll,
} from '../load/people.ts';
import { LoadSocket } from '../load/socket.ts';
import { type Part, repeat } from '../part.ts';
import { type Counts, startCounted } from '../system/start-counted.ts';

const ONLINE = 30;
const MESSAGES = { full: 100, quick: 20 };
const WARM_UP_SECONDS = 5;

/** A group as large as can be. One member writes, and so many of the others have a device online. */
export const groups: Part = async function* ({ runs, quick }) {
  const messages = quick ? MESSAGES.quick : MESSAGES.full;
  const system = await startCounted();
  try {
    const lines = [await openGroup(system.url)];
    const shape = { messages, window: 1, perFrame: 1 };
    await warmUp(lines, { ...shape, messages: 20 }, WARM_UP_SECONDS);
    const title = `A group of ${MAX_MEMBERS} members, ${ONLINE} devices of others online`;
    const results = await repeat(title, runs, async () => {
      const since = await lastSeqs(lines);
      await system.reset();
      const measured = await sendOverAll(lines, shape);
      const counts = await system.read();
      await checkLogs(lines, since, measured);
      return { ...measured, counts };
    });
    await closeAll(lines);
    yield { title: `${title}, ${messages} messages one at a time`, figures: figuresOf(results) };
  } finally {
    await system.stop();
  }
};

type Result = Measured & { readonly counts: Counts };

function figuresOf(results: readonly Result[]) {
  const times = [
    ['acked', 'acked'],
    ['firstSeen', 'seen by the first'],
    ['seen', 'seen by the last'],
  ] as const;
  const each = (what: string, title: string, unit: string, of: (run: Result) => number) =>
    figure(`groups.${what}`, title, unit, results.map(of));
  const counted = (what: keyof Counts, title: string) =>
    each(what, title, 'a message', ({ counts, messages }) => counts[what] / messages);
  return [
    ...times.flatMap(([kind, name]) =>
      PERCENTS.map((percent) =>
        each(`${kind}.p${percent}`, `sent → ${name}, p${percent}`, 'ms', (run) => run[kind][percent]),
      ),
    ),
    counted('requests', 'requests to DynamoDB before the acknowledgement'),
    counted('wru', 'WRU before the acknowledgement'),
    counted('rru', 'RRU before the acknowledgement'),
    counted('posts', 'frames posted'),
    each('usd', 'on AWS, without CloudFront', 'USD a million messages', usdOf),
  ];
}

/** The frame, its reply and those to the others; one invocation; the table. */
function usdOf({ counts, messages }: Result): number {
  const frames = 2 + counts.posts / messages;
  const gigabyteSeconds = (gigabytesOf('message') * ASSUMED_MS) / 1_000;
  return (
    frames * PRICES.socketMessages +
    PRICES.invocations +
    gigabyteSeconds * PRICES.gigabyteSeconds +
    (counts.wru * PRICES.wru + counts.rru * PRICES.rru) / messages
  );
}

async function openGroup(url: string): Promise<PairLine> {
  const [owner, ...others] = (await registerAll(url, MAX_MEMBERS)) as [Person, ...Person[]];
  const first = others.slice(0, MAX_FIRST_MEMBERS).map(({ id }) => id);
  const body = { kind: 'group', title: 'Engine builders', members: first };
  const { id } = await call(url, '/conversations/', { access: owner.access, body });
  const conversation = id as string;
  for (const { id } of others.slice(MAX_FIRST_MEMBERS)) {
    await call(url, `/conversations/${conversation}/members/${id}/`, { access: owner.access, method: 'PUT' });
  }
  const open = ({ access }: Person) => LoadSocket.open(deviceUrl(url), access);
  const receivers = await inParallel(8, ONLINE, (n) => open(others[n] as Person));
  const sender = await open(owner);
  return { sender, receivers, address: { conversation }, url, access: owner.access, conversation };
}

import { conversationOf, type Person, register } from '../../../support/people.ts';
import { type Figure, figure } from '../figure.ts';
import { type Measured, PERCENTS, sendOverAll, warmUp } from '../load/pairs.ts';
import { checkLogs, closeAll, deviceUrl, lastSeqs, type PairLine } from '../load/people.ts';
import { LoadSocket } from '../load/socket.ts';
import { type Part, repeat } from '../part.ts';
import { useSystem } from '../system/start.ts';

const WARM_UP = { seconds: 5, messages: 20 };

/** Many writers in one conversation, and a user with many devices. */
export const crowd: Part = async function* ({ runs, quick, url }) {
  const system = await useSystem(url);
  try {
    for (const { id, title, messages, open } of [
      {
        id: 'writers',
        title: 'One conversation with 10 writers',
        messages: quick ? 20 : 40,
        open: tenWriters,
      },
      { id: 'devices', title: 'One user with 20 devices', messages: quick ? 50 : 200, open: twentyDevices },
    ]) {
      const lines = await open(system.url);
      const shape = { messages, window: 1, perFrame: 1 };
      await warmUp(lines, { ...shape, messages: WARM_UP.messages }, WARM_UP.seconds);
      const results = await repeat(title, runs, async () => {
        const since = await lastSeqs(lines);
        const measured = await sendOverAll(lines, shape);
        await checkLogs(lines, since, measured);
        return measured;
      });
      await closeAll(lines);
      yield {
        title: `${title}, ${messages} messages each, one at a time`,
        figures: figuresOf(`crowd.${id}`, results),
      };
    }
  } finally {
    await system.stop();
  }
};

function figuresOf(id: string, results: readonly Measured[]): Figure[] {
  return [
    figure(
      `${id}.stored`,
      'stored and seen by all',
      'messages/s',
      results.map((run) => run.messages / run.seconds),
    ),
    ...(['acked', 'seen'] as const).flatMap((kind) =>
      PERCENTS.map((percent) =>
        figure(
          `${id}.${kind}.p${percent}`,
          `sent → ${kind === 'seen' ? 'seen by the last' : kind}, p${percent}`,
          'ms',
          results.map((run) => run[kind][percent]),
        ),
      ),
    ),
    figure(
      `${id}.refusals`,
      'refused and sent again',
      '%',
      results.map((run) => (100 * run.refusals) / run.messages),
    ),
  ];
}

const openDevices = (url: string, { access }: Person, count: number) =>
  Promise.all(Array.from({ length: count }, () => LoadSocket.open(deviceUrl(url), access)));

/** Two users with five devices each. Every device writes, and all others see it. */
async function tenWriters(url: string): Promise<readonly PairLine[]> {
  const [ada, charles] = [await register(url), await register(url)];
  const [hers, his] = [await openDevices(url, ada, 5), await openDevices(url, charles, 5)];
  const line = (sender: LoadSocket, from: Person, to: Person): PairLine => ({
    sender,
    receivers: [...hers, ...his].filter((socket) => socket !== sender),
    address: { to: to.id },
    url,
    access: from.access,
    conversation: conversationOf(from, to),
  });
  return [
    ...hers.map((socket) => line(socket, ada, charles)),
    ...his.map((socket) => line(socket, charles, ada)),
  ];
}

async function twentyDevices(url: string): Promise<readonly PairLine[]> {
  const [ada, charles] = [await register(url), await register(url)];
  const [sender] = await openDevices(url, charles, 1);
  const receivers = await openDevices(url, ada, 20);
  const conversation = conversationOf(ada, charles);
  return [
    {
      sender: sender as LoadSocket,
      receivers,
      address: { to: ada.id },
      url,
      access: charles.access,
      conversation,
    },
  ];
}

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Busy, Unavailable } from '../../../../functions/core/errors.ts';
import type { AppendDependencies } from '../../../../functions/core/messages/append.ts';
import type { LogEntry, Message } from '../../../../functions/core/messages/message.ts';
import { append } from '../../support/append-one.ts';
import { frozenClock } from '../../support/clock.ts';
import { alice, CONVERSATION, countingIds, id } from '../../support/people.ts';

/** A conversation of six, as no rule of the log depends on the number of members. */
const members = Array.from({ length: 6 }, (_, i) => id(i));
const GROUP = {
  id: CONVERSATION,
  kind: 'pair',
  members,
  numbered: members,
  role: 'member',
  from: 1,
} as const;

/** `late`: the writer learns of a timeout, and the write lands some time later, if its place is still free. */
type Fate = 'stored' | 'answer lost' | 'unavailable' | 'late';

/** A log whose every step waits for its turn: the scheduler tries the orders in which writers can meet. */
function contendedLog(
  scheduler: fc.Scheduler,
  fates: Fate[],
): { log: AppendDependencies['log']; messages: Map<number, LogEntry> } {
  const messages = new Map<number, LogEntry>();
  const inOrder = () => [...messages.values()].sort((a, b) => a.seq - b.seq);
  const turn = () => scheduler.schedule(Promise.resolve());
  const store = (message: LogEntry) => {
    if (messages.has(message.seq)) return false;
    messages.set(message.seq, message);
    return true;
  };
  const log: AppendDependencies['log'] = {
    async end() {
      await turn();
      return { last: inOrder().at(-1), isSealed: false };
    },
    async at(_, seqs) {
      await turn();
      return inOrder().filter(({ seq }) => seqs.includes(seq));
    },
    async append(_, message) {
      await turn();
      const fate = fates.pop() ?? 'stored';
      if (fate === 'late') void turn().then(() => store(message));
      const isStored = (fate === 'stored' || fate === 'answer lost') && store(message);
      if (fate !== 'stored') throw new Unavailable();
      return isStored;
    },
  };
  return { log, messages };
}

it('N writers, with conflicts and lost answers in any order, fill 1…n without a gap, each message once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.constantFrom<Fate>('stored', 'answer lost', 'unavailable', 'late'), { maxLength: 20 }),
      async (scheduler, writers, each, fates) => {
        const { log, messages } = contendedLog(scheduler, fates);
        const { now, wait } = frozenClock();
        const dependencies = {
          log,
          sendLimit: { messages: 1_000, seconds: 10 },
          profiles: { profileOf: async () => alice },
          newId: countingIds(10_000),
          now,
          random: () => 0,
          wait,
        };

        /** A client as it should be: it names its message, and sends it again until it hears that it is stored. */
        const say = async (clientId: string, writer: number, after: number): Promise<Message> => {
          const draft = { conversation: { ...GROUP, self: writer }, text: clientId, clientId, after };
          try {
            return (await append(dependencies, draft)).message;
          } catch (error) {
            if (error instanceof Unavailable || error instanceof Busy) return say(clientId, writer, after);
            throw error;
          }
        };
        const write = async (writer: number): Promise<Message[]> => {
          const said: Message[] = [];
          for (let i = 0; i < each; i += 1) {
            said.push(await say(id(writer * 100 + i), writer, said.at(-1)?.seq ?? 0));
          }
          return said;
        };

        const told = (
          await scheduler.waitFor(Promise.all(Array.from({ length: writers }, (_, i) => write(i))))
        ).flat();
        await scheduler.waitIdle();

        const total = writers * each;
        const bySeq = [...messages.values()].sort((a, b) => a.seq - b.seq);
        expect(bySeq.map(({ seq }) => seq)).toEqual(Array.from({ length: total }, (_, i) => i + 1));
        expect(new Set(bySeq.map(({ clientId }) => clientId)).size).toBe(total);
        expect(told.sort((a, b) => a.seq - b.seq)).toEqual(bySeq);
      },
    ),
    { numRuns: 300 },
  );
});

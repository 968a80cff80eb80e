import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredMessage } from '../../client/contract/http-types.ts';
import { createLog } from '../../client/conversation/log.ts';

const written = (seq: number): StoredMessage => ({
  id: `m${seq}`,
  conversation: 'talk',
  seq,
  message: `${seq}`,
  sender_id: 'ada',
  created_at: '2026-11-30T09:00:00.000Z',
});

/** The log of a server: its messages, and the `seq` of the message that each change was of. */
function serverLog() {
  const messages: StoredMessage[] = [];
  const changes: number[] = [];
  return {
    messages,
    changes,
    say() {
      messages.push(written(messages.length + 1));
      return messages.at(-1) as StoredMessage;
    },
    change(which: number, isDeletion: boolean) {
      const seq = (which % messages.length) + 1;
      const { version = 1, ...before } = messages[seq - 1] as StoredMessage;
      const change = changes.push(seq);
      const next = isDeletion
        ? { ...written(seq), message: '', change, deleted_at: 'now' }
        : { ...before, message: `${seq} at ${change}`, change, version: version + 1, edited_at: 'now' };
      messages[seq - 1] = next;
      return next;
    },
    newest: (limit: number) => ({ page: messages.slice(-limit), change: changes.length }),
    before: (seq: number, limit: number) => messages.slice(Math.max(0, seq - 1 - limit), seq - 1),
    after: (seq: number) => messages.slice(seq),
    changedSince: (seq: number, change: number) =>
      [...new Set(changes.slice(change))]
        .filter((one) => one <= seq)
        .map((one) => messages[one - 1]) as StoredMessage[],
  };
}

type Server = ReturnType<typeof serverLog>;
type TheLog = ReturnType<typeof createLog>;

/** Each message that is held has at least the state that the position promises. */
function expectPromise(log: TheLog, { changes, messages }: Server) {
  expect(log.messages.map(({ seq }) => seq)).toEqual(
    messages.slice(log.first - 1, log.last ?? 0).map(({ seq }) => seq),
  );
  for (const { seq, change = 0 } of log.messages) {
    const told = changes.slice(0, log.change).lastIndexOf(seq) + 1;
    expect(change, `of message ${seq}`).toBeGreaterThanOrEqual(told);
  }
}

it('any order and repetition of the frames and pages of a history ends in its last state', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('say' as const), which: fc.nat(99) }),
    fc.record({ do: fc.constantFrom('edit' as const, 'delete' as const), which: fc.nat(99) }),
    { weight: 3, arbitrary: fc.record({ do: fc.constant('frame' as const), which: fc.nat(99) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('reply' as const), which: fc.nat(99) }) },
    fc.record({
      do: fc.constantFrom(
        'newest' as const,
        'older' as const,
        'newer' as const,
        'sync' as const,
        'reset' as const,
      ),
      which: fc.nat(99),
    }),
  );
  fc.assert(
    fc.property(fc.nat(10), fc.array(step, { maxLength: 60 }), (count, steps) => {
      const server = serverLog();
      for (let i = 0; i < count; i += 1) server.say();
      const log = createLog();
      const frames: (() => void)[] = [];
      /** The replies that were read and have not arrived. */
      const replies: (() => void)[] = [];
      const newest = () => {
        const { page, change } = server.newest(4);
        replies.push(() => log.begin(page, change));
      };
      const sync = () => {
        const { last, change, start, isCurrent } = log;
        if (last === undefined || !isCurrent) return newest();
        const answer = [...server.after(last), ...server.changedSince(last, change)];
        const reached = server.changes.length;
        replies.push(() => {
          log.add(answer);
          if (start === log.start && log.isCurrent) log.moveTo(reached);
        });
      };
      const take = (from: (() => void)[], which: number, isKept = false) => {
        const at = which % from.length;
        const run = isKept ? from[at] : from.splice(at, 1)[0];
        run?.();
      };
      const told = (message: StoredMessage) => {
        frames.push(() => {
          log.add([message]);
          if (message.change) log.tell(message.change);
        });
      };
      for (const { do: what, which } of steps) {
        const before = new Map(log.messages.map(({ seq, change = 0 }) => [seq, change]));
        if (what === 'say') told(server.say());
        if ((what === 'edit' || what === 'delete') && server.messages.length > 0) {
          told(server.change(which, what === 'delete'));
        }
        // A frame may come again, and any may never come.
        if (what === 'frame' && frames.length > 0) take(frames, which, true);
        if (what === 'reply' && replies.length > 0) take(replies, which);
        if (what === 'newest') newest();
        if ((what === 'older' || what === 'newer') && log.last !== undefined) {
          const { start } = log;
          const page = what === 'older' ? server.before(log.first, 3) : server.after(log.last);
          replies.push(() => {
            if (start === log.start) what === 'older' ? log.prepend(page) : log.add(page);
          });
        }
        if (what === 'sync') sync();
        if (what === 'reset' && log.last !== undefined) {
          log.outdate();
          newest();
        }
        expectPromise(log, server);
        for (const { seq, change = 0 } of log.messages) {
          expect(change, 'no older state replaces a newer one').toBeGreaterThanOrEqual(before.get(seq) ?? 0);
        }
      }
      while (replies.length > 0) take(replies, 0);
      // The last sync, after which nothing is missing.
      for (let round = 0; round < 2; round += 1) {
        sync();
        while (replies.length > 0) take(replies, 0);
      }
      const held = server.messages.slice(log.first - 1);
      expect(log.messages).toEqual(held);
      expect([log.change, log.lacksChanges]).toEqual([server.changes.length, false]);
    }),
    { numRuns: 2000 },
  );
});

describe('a log', () => {
  it('keeps the objects of unchanged messages, and copies nothing when an old state comes again', () => {
    const log = createLog();
    const [one, two] = [written(1), written(2)];
    log.begin([one, two], 0);
    const edited = { ...two, message: 'edited', change: 1, version: 2 };
    log.add([edited]);
    log.tell(1);
    const { messages } = log;
    expect(messages[0]).toBe(one);
    expect(messages[1]).toBe(edited);
    log.add([written(1), written(2), { ...edited }]);
    expect(log.messages).toBe(messages);
  });

  it('lacks changes while a number is missing, in whatever order they come', () => {
    const log = createLog();
    log.tell(2);
    expect(log.lacksChanges, 'before it begins').toBe(false);
    log.begin([written(1)], 0);
    expect([log.change, log.lacksChanges]).toEqual([0, true]);
    log.tell(1);
    expect([log.change, log.lacksChanges]).toEqual([2, false]);
    log.tell(0);
    log.tell(1);
    expect([log.change, log.lacksChanges]).toEqual([2, false]);
  });

  it('takes the told state of a message that comes later, also of one in an older page that was read before', () => {
    const log = createLog();
    log.begin([written(3)], 0);
    const edits = [2, 5].map((seq, i) => ({ ...written(seq), message: 'edited', change: i + 1, version: 2 }));
    log.add(edits);
    for (const { change } of edits) log.tell(change);
    log.add([written(4), written(5)]);
    log.prepend([written(1), written(2)]);
    expect(log.messages.map(({ message }) => message)).toEqual(['1', 'edited', '3', '4', 'edited']);
  });

  it('keeps so many told states of messages before the first one, those that were told last', () => {
    const log = createLog();
    log.begin([written(2_000)], 0);
    // It came too early, and stays.
    log.add([written(2_002)]);
    for (const change of Array.from({ length: 1_500 }, (_, i) => i + 1))
      log.add([{ ...written(change === 1_500 ? 700 : change), change }]);
    const kept = Array.from({ length: 2_002 }, (_, i) => log.at(i + 1)).flatMap((one) => one?.seq ?? []);
    expect([kept.length, kept[0], kept.slice(-3)]).toEqual([1_001, 501, [1_499, 2_000, 2_002]]);
    expect([log.at(700)?.change, log.missing]).toEqual([1_500, 2]);
  });
});

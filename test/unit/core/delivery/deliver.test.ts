import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../../functions/core/connections/connection.ts';
import { deliver, tellDevices, tellWatchers } from '../../../../functions/core/delivery/deliver.ts';
import { Unavailable } from '../../../../functions/core/errors.ts';
import type { Watcher } from '../../../../functions/core/presence/presence.ts';
import { frozenClock, NOON } from '../../support/clock.ts';
import { aConnection, memoryConnections, scriptedGateway } from '../../support/connections.ts';
import { alice, bob, id } from '../../support/people.ts';

/** Delivers one frame to some sockets, `age` milliseconds after they were opened at noon. */
async function deliverTo(
  ids: readonly string[],
  age: number,
  answers: Parameters<typeof scriptedGateway>[0],
  more: { remove?: () => Promise<void> } = {},
  socket: Partial<Connection> = {},
  gone: readonly string[] = [],
) {
  const clock = frozenClock();
  clock.pass(age);
  const gateway = scriptedGateway(answers, gone);
  const rows = ids.map((one) => aConnection(one, socket));
  const connections = { ...memoryConnections(...rows), ...more };
  const failures: [string, unknown][] = [];
  const onDeliveryFailure = (connectionId: string, error: unknown) =>
    void failures.push([connectionId, error]);
  const posts = rows.map((connection) => ({ connection, frames: ['frame'] }));
  await deliver({ connections, gateway, lastFrames, ...clock, onDeliveryFailure }, posts);
  return {
    posts: gateway.posts.map(([one]) => one),
    frames: new Set(gateway.posts.map(([, frame]) => frame)),
    left: connections.rows().map(({ connectionId }) => connectionId),
    waits: clock.waits,
    failures,
    closed: gateway.closed,
  };
}

const OLD = 3_600_000;

const lastFrames = { sessionEnded: 'ended', replaced: 'replaced', tokenExpired: 'expired' };

describe('delivering a frame', () => {
  it('posts it once to each connection', async () => {
    expect(await deliverTo(['a', 'b', 'c'], OLD, {})).toEqual({
      posts: ['a', 'b', 'c'],
      frames: new Set(['frame']),
      left: ['a', 'b', 'c'],
      waits: [],
      failures: [],
      closed: [],
    });
  });

  it('posts several frames one after the other, each once the one before has arrived', async () => {
    const gateway = scriptedGateway({ b: ['delivered', 'gone'] });
    const connections = memoryConnections(aConnection('a'), aConnection('b'));
    const clock = frozenClock();
    clock.pass(OLD);
    const frames = ['one', 'two', 'three'];
    const posts = ['a', 'b'].map((one) => ({ connection: aConnection(one), frames }));
    await deliver({ connections, gateway, lastFrames, ...clock, onDeliveryFailure: () => {} }, posts);
    const framesTo = (id: string) => gateway.posts.flatMap(([to, frame]) => (to === id ? frame : []));
    expect([framesTo('a'), framesTo('b')]).toEqual([frames, ['one', 'two']]);
    expect(connections.rows().map(({ connectionId }) => connectionId)).toEqual(['a']);
  });

  it('posts nothing without connections', async () => {
    expect((await deliverTo([], OLD, {})).posts).toEqual([]);
  });

  it('deletes an old connection that is gone at once', async () => {
    const { posts, left, waits } = await deliverTo(['a', 'b'], OLD, { a: ['gone'] });
    expect({ posts, left, waits }).toEqual({ posts: ['a', 'b'], left: ['b'], waits: [] });
  });

  it('retries a young connection that is reported as gone', async () => {
    const { posts, left, waits } = await deliverTo(['a'], 500, { a: ['gone', 'gone', 'delivered'] });
    expect({ posts, left, waits }).toEqual({ posts: ['a', 'a', 'a'], left: ['a'], waits: [100, 300] });
  });

  it('keeps a young connection even after three more reports that it is gone', async () => {
    const { posts, left, waits } = await deliverTo(['a'], 0, { a: ['gone'] });
    expect({ posts, left, waits }).toEqual({
      posts: ['a', 'a', 'a', 'a'],
      left: ['a'],
      waits: [100, 300, 700],
    });
  });

  it.each([
    [9_999, ['a', 'a'], [100]],
    [10_000, ['a'], []],
  ])(
    'believes it once the connection is ten seconds old (%d ms before the post)',
    async (age, posts, waits) => {
      expect(await deliverTo(['a'], age, { a: ['gone'] })).toMatchObject({ posts, waits, left: [] });
    },
  );

  it('reports a failed post and delivers to the others', async () => {
    const throttled = new Error('too many requests');
    const { posts, left, failures } = await deliverTo(['a', 'b', 'c'], OLD, { b: [throttled] });
    expect({ posts, left, failures }).toEqual({
      posts: ['a', 'b', 'c'],
      left: ['a', 'b', 'c'],
      failures: [['b', throttled]],
    });
  });

  it('reports a connection that it could not delete', async () => {
    const outage = new Unavailable();
    const { failures } = await deliverTo(
      ['a'],
      OLD,
      { a: ['gone'] },
      { remove: () => Promise.reject(outage) },
    );
    expect(failures).toEqual([['a', outage]]);
  });

  it('posts to all at once: a slow socket does not hold the others up', async () => {
    const posted: string[] = [];
    const slow = Promise.withResolvers<'delivered'>();
    const delivering = deliver(
      {
        connections: memoryConnections(),
        lastFrames,
        gateway: {
          ...scriptedGateway(),
          post: async (one) => {
            posted.push(one);
            return one === 'a' ? slow.promise : 'delivered';
          },
        },
        ...frozenClock(),
        onDeliveryFailure: () => {},
      },
      ['a', 'b'].map((one) => ({ connection: aConnection(one), frames: ['frame'] })),
    );
    await new Promise(setImmediate);
    expect(posted).toEqual(['a', 'b']);
    slow.resolve('delivered');
    await delivering;
  });
});

describe('many connections', () => {
  const posts = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ connection: aConnection(String(n)), frames: ['frame'] }));

  it('get at most 32 posts at once, and all of them in the end', async () => {
    let [running, most, done] = [0, 0, 0];
    const post = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
      done += 1;
      return 'delivered' as const;
    };
    const onDeliveryFailure = () => {};
    await deliver(
      {
        connections: memoryConnections(),
        gateway: { ...scriptedGateway(), post },
        lastFrames,
        ...frozenClock(),
        onDeliveryFailure,
      },
      posts(100),
    );
    expect({ most, done }).toEqual({ most: 32, done: 100 });
  });

  it('do not hold the sender up: after two seconds the rest is given up and reported', async () => {
    const end = new AbortController();
    const asked: number[] = [];
    const failures: unknown[] = [];
    /** A receiver that never answers, as `fetch` and the SDK treat a signal. */
    const post = (_id: string, _frame: string, signal?: AbortSignal) =>
      new Promise<'delivered'>((_, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason));
      });
    const delivering = deliver(
      {
        connections: memoryConnections(),
        gateway: { ...scriptedGateway(), post },
        lastFrames,
        ...frozenClock(),
        deadline: (milliseconds) => {
          asked.push(milliseconds);
          return end.signal;
        },
        onDeliveryFailure: (connectionId) => failures.push(connectionId),
      },
      posts(40),
    );
    await new Promise(setImmediate);
    expect(failures).toEqual([]);
    end.abort();
    await delivering;
    expect(asked).toEqual([2_000]);
    expect(failures).toHaveLength(40);
  });
});

const device = (connectionId: string, userId = alice.id) =>
  aConnection(connectionId, { conversation: '', userId });

async function told(userIds: readonly string[], except?: string) {
  const connections = memoryConnections(
    device('phone'),
    device('desk'),
    aConnection('original'),
    device('bob', bob.id),
    device('carol', id(3)),
  );
  const gateway = scriptedGateway();
  const onDeliveryFailure = () => {};
  const failures = { onDeliveryFailure, onConnectionsFailure: onDeliveryFailure };
  await tellDevices(
    { connections, gateway, lastFrames, ...frozenClock(), ...failures },
    userIds,
    'frame',
    except,
  );
  return gateway.posts;
}

it('every device of these users is told at once, and no socket of the original protocol', async () => {
  expect(await told([alice.id, bob.id])).toEqual([
    ['phone', 'frame'],
    ['desk', 'frame'],
    ['bob', 'frame'],
  ]);
});

it('but not the device that it came from', async () => {
  expect(await told([alice.id, bob.id], 'phone')).toEqual([
    ['desk', 'frame'],
    ['bob', 'frame'],
  ]);
});

it('nobody is told, and nothing rejects, when the connections cannot be read', async () => {
  const down = new Unavailable();
  const connections = { ...memoryConnections(), of: () => Promise.reject(down) };
  const gateway = scriptedGateway();
  const failures: unknown[] = [];
  const onConnectionsFailure = (error: unknown) => void failures.push(error);
  const rest = { ...frozenClock(), lastFrames, onDeliveryFailure: () => {}, onConnectionsFailure };
  await tellDevices({ connections, gateway, ...rest }, [alice.id], 'frame');
  expect(gateway.posts).toEqual([]);
  expect(failures).toEqual([down]);
});

it('nobody may be there to be told', async () => {
  expect(await told([id(4)])).toEqual([]);
});

describe('a connection whose token has expired', () => {
  const expired = { expiresAt: new Date(Date.parse(NOON) + OLD) };
  const to = (age: number, ...more: [Parameters<typeof deliverTo>[2]?, string[]?]) =>
    deliverTo(['a'], age, more[0] ?? {}, {}, expired, more[1]);

  it.each([
    ['a conversation', {}],
    ['a device', { conversation: '' }],
  ])('(%s) gets no frame, is told why, and is closed', async (_what, more) => {
    const { frames, closed, failures } = await deliverTo(['a', 'b'], OLD, {}, {}, { ...expired, ...more });
    expect({ frames, closed, failures }).toEqual({
      frames: new Set(['expired']),
      closed: ['a', 'b'],
      failures: [],
    });
  });

  it('gets the frame until the last millisecond', async () => {
    expect(await to(OLD - 1)).toMatchObject({ frames: new Set(['frame']), closed: [] });
  });

  it('costs nothing more than being told and closed: `$disconnect` removes it', async () => {
    expect(await to(OLD)).toMatchObject({ posts: ['a'], closed: ['a'], left: ['a'] });
  });

  it('gets the frame if a newer token came a moment ago, which the read before has missed', async () => {
    const clock = frozenClock();
    clock.pass(OLD);
    const gateway = scriptedGateway();
    const connections = memoryConnections(
      aConnection('a', { expiresAt: new Date(Date.parse(NOON) + OLD + 1) }),
    );
    const posts = [{ connection: aConnection('a', expired), frames: ['frame'] }];
    await deliver({ connections, gateway, lastFrames, ...clock, onDeliveryFailure: () => {} }, posts);
    expect([gateway.posts, gateway.closed]).toEqual([[['a', 'frame']], []]);
  });

  it('gets nothing, and is not closed again, if it has left the list', async () => {
    const clock = frozenClock();
    clock.pass(OLD);
    const gateway = scriptedGateway();
    const posts = [{ connection: aConnection('a', expired), frames: ['frame'] }];
    await deliver(
      { connections: memoryConnections(), gateway, lastFrames, ...clock, onDeliveryFailure: () => {} },
      posts,
    );
    expect([gateway.posts, gateway.closed]).toEqual([[], []]);
  });

  it('is removed if it is gone, because `$disconnect` was lost', async () => {
    expect(await to(OLD, { a: ['gone'] }, ['a'])).toMatchObject({ closed: ['a'], left: [], failures: [] });
  });

  it('is closed even if it could not be told', async () => {
    const throttled = new Error('too many requests');
    expect(await to(OLD, { a: [throttled] })).toMatchObject({ closed: ['a'], failures: [] });
  });

  it('is reported if it could not be closed, and the others get their frames', async () => {
    const broken = new Error('too many requests');
    const clock = frozenClock();
    clock.pass(OLD);
    const gateway = { ...scriptedGateway(), close: () => Promise.reject(broken) };
    const failures: [string, unknown][] = [];
    const onDeliveryFailure = (...one: [string, unknown]) => void failures.push(one);
    const connections = memoryConnections(aConnection('a', expired));
    await deliver({ connections, gateway, lastFrames, ...clock, onDeliveryFailure }, [
      { connection: aConnection('a', expired), frames: ['frame'] },
      { connection: aConnection('b'), frames: ['frame'] },
    ]);
    expect(gateway.posts).toEqual([
      ['b', 'frame'],
      ['a', 'expired'],
    ]);
    expect(failures).toEqual([['a', broken]]);
  });
});

describe('watchers', () => {
  async function tell(watchers: readonly Watcher[], more: Partial<ReturnType<typeof scriptedGateway>> = {}) {
    const clock = frozenClock();
    clock.pass(OLD);
    const connections = memoryConnections(
      device('phone'),
      aConnection('old', { conversation: '', expiresAt: new Date(NOON) }),
      device('bob', bob.id),
    );
    const gateway = { ...scriptedGateway({ broken: [new Error('down')], gone: ['gone'] }), ...more };
    const failures: string[] = [];
    const onDeliveryFailure = (connectionId: string) => void failures.push(connectionId);
    await tellWatchers({ connections, gateway, lastFrames, ...clock, onDeliveryFailure }, watchers, 'frame');
    return { posts: gateway.posts, closed: gateway.closed, failures, calls: connections.calls };
  }
  const watcher = (connectionId: string, userId = alice.id) => ({ userId, connectionId });

  it('are told by their ids, and one failed post does not stop the others', async () => {
    const { posts, failures, calls } = await tell(['broken', 'gone', 'phone'].map((one) => watcher(one)));
    expect(posts.map(([connectionId]) => connectionId)).toEqual(['broken', 'gone', 'phone']);
    expect({ failures, calls }).toEqual({ failures: ['broken'], calls: [] });
  });

  it('are closed instead if their token has expired; the user’s other devices that do not watch get nothing', async () => {
    expect(await tell([watcher('old'), watcher('bob', bob.id)])).toMatchObject({
      posts: [
        ['bob', 'frame'],
        ['old', 'expired'],
      ],
      closed: ['old'],
    });
  });

  it('are told if they are too new for the list that was read', async () => {
    expect((await tell([watcher('new')])).posts).toEqual([['new', 'frame']]);
  });

  it('that cannot be closed are reported', async () => {
    const close = () => Promise.reject(new Error('down'));
    expect((await tell([watcher('old'), watcher('phone')], { close })).failures).toEqual(['old']);
  });
});

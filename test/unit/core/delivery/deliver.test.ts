import { describe, expect, it } from 'vitest';
import { deliver, tellConnections, tellDevices } from '../../../../functions/core/delivery/deliver.ts';
import { Unavailable } from '../../../../functions/core/errors.ts';
import { frozenClock } from '../../support/clock.ts';
import { aConnection, memoryConnections, scriptedGateway } from '../../support/connections.ts';
import { alice, bob, id } from '../../support/people.ts';

/** Delivers one frame to some sockets, `age` milliseconds after they were opened at noon. */
async function deliverTo(
  ids: readonly string[],
  age: number,
  answers: Parameters<typeof scriptedGateway>[0],
  more: { remove?: () => Promise<void> } = {},
) {
  const clock = frozenClock();
  clock.pass(age);
  const gateway = scriptedGateway(answers);
  const rows = ids.map((one) => aConnection(one));
  const connections = { ...memoryConnections(...rows), ...more };
  const failures: [string, unknown][] = [];
  const onDeliveryFailure = (connectionId: string, error: unknown) =>
    void failures.push([connectionId, error]);
  const posts = rows.map((connection) => ({ connection, frames: ['frame'] }));
  await deliver({ connections, gateway, ...clock, onDeliveryFailure }, posts);
  return {
    posts: gateway.posts.map(([one]) => one),
    frames: new Set(gateway.posts.map(([, frame]) => frame)),
    left: connections.rows().map(({ connectionId }) => connectionId),
    waits: clock.waits,
    failures,
  };
}

const OLD = 3_600_000;

describe('delivering a frame', () => {
  it('posts it once to each connection', async () => {
    expect(await deliverTo(['a', 'b', 'c'], OLD, {})).toEqual({
      posts: ['a', 'b', 'c'],
      frames: new Set(['frame']),
      left: ['a', 'b', 'c'],
      waits: [],
      failures: [],
    });
  });

  it('posts several frames one after the other, each once the one before has arrived', async () => {
    const gateway = scriptedGateway({ b: ['delivered', 'gone'] });
    const connections = memoryConnections(aConnection('a'), aConnection('b'));
    const clock = frozenClock();
    clock.pass(OLD);
    const frames = ['one', 'two', 'three'];
    const posts = ['a', 'b'].map((one) => ({ connection: aConnection(one), frames }));
    await deliver({ connections, gateway, ...clock, onDeliveryFailure: () => {} }, posts);
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
        gateway: {
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
      { connections: memoryConnections(), gateway: { post }, ...frozenClock(), onDeliveryFailure },
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
        gateway: { post },
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
  await tellDevices({ connections, gateway, ...frozenClock(), ...failures }, userIds, 'frame', except);
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
  const rest = { ...frozenClock(), onDeliveryFailure: () => {}, onConnectionsFailure };
  await tellDevices({ connections, gateway, ...rest }, [alice.id], 'frame');
  expect(gateway.posts).toEqual([]);
  expect(failures).toEqual([down]);
});

it('nobody may be there to be told', async () => {
  expect(await told([id(4)])).toEqual([]);
});

it('connections are told by their ids, and one failed post does not stop the others', async () => {
  const broken = new Error('too many requests');
  const gateway = scriptedGateway({ a: [broken], b: ['gone'] });
  const failures: [string, unknown][] = [];
  const onDeliveryFailure = (...one: [string, unknown]) => void failures.push(one);
  await tellConnections({ gateway, onDeliveryFailure }, ['a', 'b', 'c'], 'frame');
  expect(gateway.posts.map(([connectionId]) => connectionId)).toEqual(['a', 'b', 'c']);
  expect(failures).toEqual([['a', broken]]);
});

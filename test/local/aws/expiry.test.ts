import { afterEach, describe, expect, it, type Mock, vi } from 'vitest';
import type { EngineCall } from '../../../local/aws/engine-call.ts';
import { expireItems } from '../../../local/aws/expiry.ts';
import { streamReader } from '../../../local/aws/stream/reader.ts';
import { engineWithTable, tableSpec } from './engine.ts';

const now = () => Math.floor(Date.now() / 1_000);
const ttl = (seconds: number) => ({ ttl: { N: String(now() + seconds) } });

describe('expired items', () => {
  const table = engineWithTable();
  let stopping = new AbortController();
  afterEach(() => {
    stopping.abort();
    stopping = new AbortController();
  });

  async function start() {
    const { streamArn, engine } = table();
    const call = vi.fn(table().call) as unknown as EngineCall & Mock<EngineCall>;
    const sweep = vi.fn(() => engine.sweep?.() ?? Promise.reject(new Error('no sweep')));
    const stream = await streamReader(call, streamArn, 'LATEST');
    const look = vi.spyOn(stream, 'read');
    const problems: unknown[] = [];
    void expireItems(
      {
        call,
        tableName: tableSpec.name,
        ttlAttribute: 'ttl',
        stream,
        sweep,
        onSwept: () => {},
        onProblem: (error) => problems.push(error),
      },
      stopping.signal,
    );
    return { call, sweep, look, problems };
  }

  async function keys(): Promise<string[]> {
    const { Items } = await table().call<{ Items: { sk: { S: string } }[] }>('Scan', {
      TableName: tableSpec.name,
    });
    return Items.map(({ sk }) => sk.S).sort();
  }

  it('are deleted within seconds, both new ones and those of an earlier run; other items stay', async () => {
    await table().put('from before', ttl(-100));
    const { problems } = await start();
    await table().put('already past', ttl(-10));
    await table().put('soon', ttl(1));
    await table().put('later', ttl(1_000));
    await table().put('never');
    expect(await keys()).toContain('soon');
    await vi.waitFor(async () => expect(await keys()).toEqual(['later', 'never']), {
      timeout: 6_000,
      interval: 100,
    });
    expect(problems).toEqual([]);
  });

  it('of an earlier run are looked for in small pages, so that a large table answers others in between', async () => {
    const { call } = await start();
    await vi.waitFor(() => expect(call).toHaveBeenCalledWith('Scan', expect.anything()));
    for (const [operation, input] of call.mock.calls.filter(([name]) => name === 'Scan')) {
      expect([operation, input]).toEqual(['Scan', expect.objectContaining({ Limit: 250 })]);
    }
  });

  it('have a stream record that differs from that of a deletion', async () => {
    const { call, streamArn } = table();
    const { read } = await streamReader(call, streamArn, 'TRIM_HORIZON');
    const removed = (await read(1_000)).filter(({ eventName }) => eventName === 'REMOVE');
    expect(removed.length).toBeGreaterThanOrEqual(3);
    for (const record of removed) {
      expect(record).toMatchObject({
        userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
      });
    }
  });

  it('cause no sweep while none is due', async () => {
    const { sweep, look } = await start();
    await table().put('much later', ttl(5_000));
    await vi.waitFor(() => expect(look).toHaveBeenCalledTimes(3), 5_000);
    expect(sweep).not.toHaveBeenCalled();
  });
});

import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { withTable } from '../support/runtime-table.ts';
import { device, messageTo, quiet } from './support/devices.ts';
import { notOurs, ownRuntime } from './support/own-runtime.ts';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect, type Socket } from './support/socket.ts';

afterEach(closeSockets);

describe('a ping', () => {
  it("gets the server's time and the reference", async () => {
    const url = inject('parleyUrl');
    const [ada] = await people(rest(url), 1);
    const socket = await device(url, ada);
    const before = Date.now();
    socket.send({ action: 'ping', ref: 'p-1', more: 'is ignored' });
    const { type, ref, time } = await socket.next();
    expect({ type, ref }).toEqual({ type: 'pong', ref: 'p-1' });
    expect(Math.abs(Date.parse(time as string) - before)).toBeLessThan(60_000);
    socket.send({ action: 'ping' });
    expect(await socket.next()).not.toHaveProperty('ref');
  });
});

describe.skipIf(notOurs)(`a live socket that is no longer listed ${notOurs}`, () => {
  const runtime = ownRuntime();
  let ada: Person;
  let charles: Person;
  let his: Socket;
  beforeEach(async () => {
    [ada, charles] = await people(rest(runtime().url), 2);
    his = await device(runtime().url, charles);
  });

  /** Has the effect of a false 410 or a lost write. */
  async function forgetSocketsOf({ id }: Person): Promise<void> {
    const Key = { pk: `USER#${id}`, sk: 'SOCKETS' };
    const { Attributes } = await withTable(runtime(), (client, TableName) =>
      client.send(new DeleteCommand({ TableName, Key, ReturnValues: 'ALL_OLD' })),
    );
    expect(Attributes?.count).toBeGreaterThan(0);
  }

  it('gets no message, until its next ping restores it', async () => {
    const hers = await device(runtime().url, ada);
    await forgetSocketsOf(ada);
    await his.ask(messageTo(ada, 'lost on the way'));
    await quiet(hers);
    await his.ask(messageTo(ada, 'found'));
    expect(await hers.next()).toMatchObject({ seq: 2, message: 'found' });
  });

  it('learns once, from the pong, that it was lost: it catches up and watches again', async () => {
    const hers = await device(runtime().url, ada);
    await forgetSocketsOf(ada);
    expect(await hers.ask({ action: 'ping' })).toMatchObject({ type: 'pong', restored: true });
    expect(await hers.ask({ action: 'ping' })).not.toHaveProperty('restored');
  });

  it.each([
    [
      'a device',
      () => device(runtime().url, ada),
      (socket: Socket) => socket.ask(messageTo(charles, 'I am here')),
    ],
    [
      'an original socket',
      () => connect(runtime().url, { token: ada.access, peer: charles.id }),
      (socket: Socket) => socket.say('I am here'),
    ],
  ])('is restored by its next message: %s', async (_what, open, say) => {
    const hers = await open();
    await forgetSocketsOf(ada);
    await say(hers);
    await his.ask(messageTo(ada, 'I see you'));
    expect(await hers.next()).toMatchObject({ seq: 2, message: 'I see you' });
  });

  it('is online again for its watchers', async () => {
    const hers = await device(runtime().url, ada);
    await his.ask(messageTo(ada, 'hello'));
    const watch = () => his.ask({ action: 'presence.watch', users: [ada.id] });
    const seen = (online: boolean) =>
      vi.waitFor(async () => expect((await watch()).users).toMatchObject([{ online }]), {
        timeout: 10_000,
        interval: 100,
      });
    await seen(true);
    await forgetSocketsOf(ada);
    await seen(false);
    await hers.ask({ action: 'ping' });
    await seen(true);
  });
});

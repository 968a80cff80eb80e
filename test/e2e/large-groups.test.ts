import { afterEach, expect, inject, it } from 'vitest';
import { device } from './support/devices.ts';
import { createGroup } from './support/groups.ts';
import { people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, type Frame, type Socket } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);
afterEach(closeSockets);

/** Reads the frames of a device until it has so many messages and this change. Returns the messages in their order, and the last change. */
async function heard(socket: Socket, messages: number, change: number) {
  const seqs: number[] = [];
  let last: Frame | undefined;
  while (seqs.length < messages || last?.change !== change) {
    const frame = await socket.next();
    if (frame.type === 'message.changed') last = frame;
    else for (const { seq } of (frame.messages as { seq: number }[]) ?? [frame]) seqs.push(seq);
  }
  return { seqs, last: last?.message as unknown as { seq: number; message: string } };
}

it('with more than fifty devices online, the stream tells all of them everything, in order', async () => {
  const [ada, ...others] = await people(api, 4);
  const { id } = await createGroup(api, ada, others);
  const devices = await Promise.all(
    [ada, ...others].flatMap((who) => Array.from({ length: 14 }, () => device(url, who))),
  );
  const [sending, own] = devices as [Socket, Socket];
  const say = (text: string) =>
    sending.ask({ action: 'message.send', conversation: id, text, client_id: crypto.randomUUID() });
  for (let i = 0; i < 5; i += 1)
    expect(await say(`${i}`)).toMatchObject({ type: 'message.sent', seq: i + 2 });
  const client_id = crypto.randomUUID();
  const repeat = { action: 'message.send', conversation: id, text: 'again', client_id };
  for (let i = 0; i < 2; i += 1) expect(await sending.ask(repeat)).toMatchObject({ seq: 7 });
  await sending.ask({ action: 'message.edit', conversation: id, seq: 2, version: 1, text: 'edited' });
  await sending.ask({ action: 'message.delete', conversation: id, seq: 3 });
  await sending.ask({ action: 'message.edit', conversation: id, seq: 2, version: 2, text: 'edited again' });
  const all = await Promise.all(devices.filter((one) => one !== sending).map((one) => heard(one, 6, 3)));
  for (const { seqs, last } of all) {
    expect(seqs).toEqual([2, 3, 4, 5, 6, 7]);
    expect(last).toMatchObject({ seq: 2, message: 'edited again' });
  }
  expect(own.frames.filter(({ seq }) => seq === 7).length, 'a repeat is not told again').toBeLessThanOrEqual(
    1,
  );
});

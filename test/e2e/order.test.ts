import { afterAll, describe, expect, inject, it } from 'vitest';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect, type Frame, type Socket } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);
const EACH = 200;

afterAll(closeSockets);

const places = (frames: readonly Frame[]) =>
  new Map(frames.filter(({ type }) => type === 'chat.message').map((frame) => [frame.seq, frame.message]));
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

async function together(): Promise<{ ada: Person; charles: Person; hers: Socket; his: Socket }> {
  const [ada, charles] = await people(api, 2);
  const [hers, his] = await Promise.all([
    connect(url, { token: ada.access, peer: charles.id }),
    connect(url, { token: charles.access, peer: ada.id }),
  ]);
  return { ada, charles, hers, his };
}

/** The whole log from the history, oldest first. A page has 100 messages at most, whatever the request says. */
async function logOf(
  { access }: Person,
  peer: Person,
): Promise<{ seq: number; message: string; sender: { id: string } }[]> {
  const log = [];
  let path = `/chat/history/${peer.id}/?limit=100000000000000000000`;
  while (path) {
    const { body } = await api.get(path, { token: access });
    expect(body.results.length).toBeLessThanOrEqual(100);
    log.push(...body.results);
    path = body.next?.slice(url.length);
  }
  return log.reverse();
}

describe('the order of a conversation', () => {
  it('is the same for both and for the history when each sends 200 messages that cross', async () => {
    const { ada, charles, hers, his } = await together();
    const sayAll = async (socket: Socket, who: string) => {
      for (let turn = 1; turn <= EACH; turn += 1) {
        expect(await socket.say(`${who} ${turn}`)).toMatchObject({
          type: 'chat.message',
          message: `${who} ${turn}`,
        });
      }
    };
    await Promise.all([sayAll(hers, 'ada'), sayAll(his, 'charles')]);
    await Promise.all([hers, his].map((socket) => socket.until(() => socket.frames.length >= 2 * EACH)));

    const log = await logOf(ada, charles);
    expect(log.map(({ seq }) => seq)).toEqual(upTo(2 * EACH));
    expect(await logOf(charles, ada)).toEqual(log);
    const stored = new Map(log.map(({ seq, message }) => [seq, message]));
    for (const socket of [hers, his]) {
      expect(socket.frames).toHaveLength(2 * EACH);
      expect(new Map([...places(socket.frames)].sort(([a], [b]) => Number(a) - Number(b)))).toEqual(stored);
    }
    // Each client waited for its echo before the next message, so its own messages are in the order in which it sent
    // them.
    for (const [who, { id }] of [
      ['ada', ada],
      ['charles', charles],
    ] as const) {
      const own = log.filter(({ sender }) => sender.id === id).map(({ message }) => message);
      expect(own).toEqual(upTo(EACH).map((turn) => `${who} ${turn}`));
    }
    const crossings = log.filter(
      ({ sender }, index) => index > 0 && sender.id !== log[index - 1]?.sender.id,
    ).length;
    expect(crossings, 'the messages did cross').toBeGreaterThan(20);
    // 200 messages one after the other took 40 s on two busy cores.
  }, 180_000);

  it('has no gap and no duplicate when both send 20 at once, without waiting', async () => {
    const { ada, charles, hers, his } = await together();
    const texts = upTo(20);
    const replies = await Promise.all([
      ...texts.map((turn) => answerTo(hers, `ada ${turn}`)),
      ...texts.map((turn) => answerTo(his, `charles ${turn}`)),
    ]);
    // With so many writers the service may answer that it is busy. Exactly the acknowledged messages are stored.
    const acknowledged = replies.filter(({ type }) => type === 'chat.message');
    expect(replies.filter(({ type, code }) => type === 'error' && code !== 'busy')).toEqual([]);
    const log = await logOf(ada, charles);
    expect(log.map(({ seq }) => seq)).toEqual(upTo(acknowledged.length));
    expect(new Set(log.map(({ message }) => message))).toEqual(
      new Set(acknowledged.map(({ message }) => message)),
    );
    expect(acknowledged.length).toBeGreaterThan(30);
  }, 60_000);
});

/** Sends without reading frames from the socket's queue, so that many can be in flight. */
async function answerTo(socket: Socket, message: string): Promise<Frame> {
  const ref = message;
  socket.send({ message, ref });
  const answered = () => socket.frames.find((frame) => frame.ref === ref);
  await socket.until(() => answered() !== undefined);
  return answered() as Frame;
}

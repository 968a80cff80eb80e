import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { handler } from '../../../functions/http/messages.ts';
import { NOON } from '../support/clock.ts';
import { httpEvent, lambdaContext } from '../support/events.ts';
import { aLogEntry, itemOf } from '../support/log-entries.ts';
import { accessToken, storeLogin } from '../support/logged-in.ts';
import { alice, bob, CONVERSATION, id } from '../support/people.ts';
import { documentsInMemory } from '../support/table.ts';

const PATH = `/conversations/${CONVERSATION}/messages/`;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOON) });
  return () => vi.useRealTimers();
});

/** Alice and Bob have said so many things. */
function saying(count: number) {
  const { store, state } = documentsInMemory();
  storeLogin(store);
  for (let seq = 1; seq <= count; seq += 1) {
    const clientId = seq <= 2 ? id(76 + seq) : undefined;
    store(itemOf(aLogEntry(seq, { clientId, senderId: seq % 2 === 0 ? alice.id : bob.id })));
  }
  return state;
}

async function get(query: string, conversation = CONVERSATION) {
  const event = httpEvent('GET', PATH, {
    headers: { host: 'chat.example', authorization: `Bearer ${await accessToken()}` },
    pathParameters: { conversation },
    queryStringParameters: Object.fromEntries(new URLSearchParams(query)),
  });
  const { statusCode, body } = await handler(event as never, lambdaContext);
  return { statusCode, body: JSON.parse(body ?? '') };
}

const link = (query: string) => `https://chat.example${PATH}?${query}`;

describe('the messages of a conversation', () => {
  it('are a part of its log, oldest first, with links to both sides', async () => {
    saying(5);
    const told = { conversation: CONVERSATION, created_at: NOON };
    expect(await get('before=5&limit=2')).toEqual({
      statusCode: 200,
      body: {
        last_seq: 5,
        older: link('before=3&limit=2'),
        newer: link('after=4&limit=2'),
        results: [
          { ...told, id: id(1003), seq: 3, message: 'message 3', sender_id: bob.id },
          { ...told, id: id(1004), seq: 4, message: 'message 4', sender_id: alice.id },
        ],
      },
    });
  });

  it('carry the client ids of the reader’s own messages only', async () => {
    saying(2);
    const { results } = (await get('')).body;
    expect(results).toMatchObject([{ sender_id: bob.id }, { sender_id: alice.id, client_id: id(78) }]);
    expect(results[0]).not.toHaveProperty('client_id');
  });

  it.each([
    ['before=1', { older: null, newer: link('after=0&limit=10'), results: [] }],
    ['after=5', { older: link('before=6&limit=10'), newer: null, results: [] }],
    ['after=99', { older: link('before=6&limit=10'), newer: null, results: [] }],
  ])('are empty beyond an end, %s, with a link to the other side', async (query, body) => {
    saying(5);
    expect((await get(query)).body).toEqual({ last_seq: 5, ...body });
  });

  it.each([
    ['limit=0', CONVERSATION, 400, 'validation_failed'],
    ['before=x', CONVERSATION, 400, 'validation_failed'],
    ['before=1&around=2', CONVERSATION, 400, 'validation_failed'],
    ['', `${alice.id}.${id(3)}`, 404, 'conversation_not_found'],
    ['', `${id(8)}.${id(9)}`, 404, 'conversation_not_found'],
    ['', 'x', 404, 'conversation_not_found'],
  ])('are refused for %j of %s: %d %s', async (query, conversation, statusCode, code) => {
    saying(5);
    expect(await get(query, conversation)).toMatchObject({ statusCode, body: { code } });
  });

  it('are all found once by the links to both ends, from any start', async () => {
    const where = fc.oneof(
      fc.constant(''),
      fc
        .tuple(fc.constantFrom('before', 'after', 'around'), fc.nat({ max: 40 }))
        .map(([edge, seq]) => `${edge}=${seq}`),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 12 }),
        where,
        async (count, limit, from) => {
          saying(count);
          const read = async (url: string) => {
            const { body } = await get(new URL(url).search.slice(1));
            return { ...body, seqs: body.results.map(({ seq }: { seq: number }) => seq) };
          };
          const first = await read(link(`${from}&limit=${limit}`));
          const seqs: number[] = [...first.seqs];
          for (let { older } = first; older; ) {
            const page = await read(older);
            expect(page.seqs).not.toEqual([]);
            seqs.unshift(...page.seqs);
            older = page.older;
          }
          for (let { newer } = first; newer; ) {
            const page = await read(newer);
            expect(page.seqs).not.toEqual([]);
            seqs.push(...page.seqs);
            newer = page.newer;
          }
          expect(seqs).toEqual(Array.from({ length: count }, (_, i) => i + 1));
        },
      ),
      { numRuns: 60 },
    );
  });
});

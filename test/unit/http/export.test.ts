import { beforeEach, describe, expect, it, vi } from 'vitest';
import { handler } from '../../../functions/http/export.ts';
import { membershipKey, profileKey } from '../../../functions/storage/keys.ts';
import { NOON } from '../support/clock.ts';
import { httpEvent, lambdaContext } from '../support/events.ts';
import { aLogEntry, itemOf } from '../support/log-entries.ts';
import { accessToken, storeLogin } from '../support/logged-in.ts';
import { alice, bob, CONVERSATION, id } from '../support/people.ts';
import { documentsInMemory } from '../support/table.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOON) });
  return () => vi.useRealTimers();
});

/** Alice, who has talked with Bob. */
function entry(messages: number) {
  const { store } = documentsInMemory();
  storeLogin(store);
  store({ ...profileKey(alice.id), ...alice });
  store({ ...{ pk: `USER#${alice.id}`, sk: `SESSION#${id(500)}` }, id: id(500), userId: alice.id });
  store({
    ...{ pk: `USER#${alice.id}`, sk: `SESSION#${id(500)}`, id: id(500), userId: alice.id, createdAt: NOON },
    ...{ familyHash: '#family', rotationHash: '#1', salt: '#salt', ttl: 4_102_444_800 },
  });
  const membership = membershipKey(alice.id, CONVERSATION);
  store({ ...membership, topAt: NOON, peer: { id: bob.id, username: 'bob' }, readSeq: 1, readOthers: 0 });
  for (let seq = 1; seq <= messages; seq += 1) {
    store(itemOf(aLogEntry(seq, { senderId: seq % 2 ? alice.id : bob.id, clientId: id(9_000 + seq) })));
  }
  return async (query: Record<string, string> = {}, userId = alice.id) => {
    const event = httpEvent('GET', '/users/me/export/', {
      headers: { host: 'chat.example', authorization: `Bearer ${await accessToken({ userId })}` },
      queryStringParameters: query,
    });
    return handler(event as never, lambdaContext);
  };
}

const linesOf = (body: string | undefined) =>
  (body ?? '')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

describe('GET /users/me/export/', () => {
  it('is JSON lines with the fields that the contract names', async () => {
    const { statusCode, headers, body } = await entry(2)();
    expect([statusCode, headers?.['content-type'], headers?.link]).toEqual([
      ...[200, 'application/x-ndjson', undefined],
    ]);
    expect(body).toMatch(/\}\n$/);
    expect(linesOf(body)).toEqual([
      { type: 'export', user_id: alice.id, created_at: NOON },
      {
        ...{ type: 'profile', id: alice.id, email: alice.email, email_verified: false },
        ...{ username: 'Alice', first_name: 'Alice' },
        ...{ last_name: 'Liddell', presence: 'shown', created_at: NOON, has_password: true, staff: false },
        ...{ issuer: null, online: false, last_seen: null, blocks: [] },
      },
      {
        ...{ type: 'session', id: id(500), device: '', address: '', created_at: NOON, last_used_at: NOON },
        current: true,
      },
      {
        ...{ type: 'conversation', id: CONVERSATION, kind: 'pair', peer: { id: bob.id, username: 'bob' } },
        ...{ read: 1, received: 1, peer_read: 0, peer_received: 0 },
      },
      {
        ...{ type: 'message', id: id(1001), conversation: CONVERSATION, seq: 1, message: 'message 1' },
        ...{ sender_id: alice.id, created_at: NOON, client_id: id(9_001) },
      },
      // The client id of a peer is theirs.
      {
        ...{ type: 'message', id: id(1002), conversation: CONVERSATION, seq: 2, message: 'message 2' },
        ...{ sender_id: bob.id, created_at: NOON },
      },
      { type: 'end' },
    ]);
  });

  it('links each further page, and the pages are one export', async () => {
    const ask = entry(600);
    const lines = [];
    let pages = 0;
    for (let cursor: string | undefined, isFirst = true; isFirst || cursor; isFirst = false) {
      const { headers, body } = await ask(cursor ? { cursor } : {});
      lines.push(...linesOf(body));
      pages += 1;
      const [, url] = /^<([^>]+)>; rel="next"$/.exec(String(headers?.link ?? '')) ?? [];
      if (url) expect(url).toMatch(/^https:\/\/chat\.example\/users\/me\/export\/\?cursor=[\w-]+$/);
      cursor = url && (new URL(url).searchParams.get('cursor') as string);
    }
    expect(pages).toBeGreaterThan(2);
    const seqs = lines.filter(({ type }) => type === 'message').map(({ seq }) => seq);
    expect(seqs).toEqual(Array.from({ length: 600 }, (_, i) => i + 1));
    expect(lines.filter(({ type }) => type === 'end')).toHaveLength(1);
    expect(lines.filter(({ type }) => type === 'profile')).toHaveLength(1);
  });

  it('refuses any other cursor, and that of another user', async () => {
    const encoded = (text: string) => Buffer.from(text).toString('base64url');
    const ask = entry(1);
    for (const cursor of ['', 'x', encoded(`${bob.id} ${NOON} ${CONVERSATION} 0`), encoded(`${alice.id}`)]) {
      const { statusCode, body } = await ask({ cursor });
      expect([statusCode, JSON.parse(body ?? '').code]).toEqual([400, 'validation_failed']);
    }
  });
});

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { breachedPasswords } from '../../../functions/auth/breached-passwords.ts';
import { newPasswordFaults } from '../../../functions/core/accounts/breaches.ts';
import { alice } from '../support/people.ts';

const PASSWORD = 'a cloud of dandelions';
const HASH = createHash('sha1').update(PASSWORD).digest('hex').toUpperCase();
const OTHER = '0018A45C4D1DEF81644B54AB7F969B88D65';

/** A service that answers like this, and what it is asked. */
function service(answer: () => Response | Promise<Response>) {
  const asked: { url: string; headers: Headers; init: RequestInit }[] = [];
  const fetch = async (url: string, init: RequestInit) => {
    asked.push({ url, headers: new Headers(init.headers), init });
    return answer();
  };
  const breaches = breachedPasswords('https://breaches.example/range/', {
    fetch: fetch as typeof globalThis.fetch,
    deadline: (milliseconds) => AbortSignal.timeout(milliseconds),
  });
  const failures: unknown[] = [];
  const faults = (password = PASSWORD) =>
    newPasswordFaults({ breaches, onBreachFailure: (error) => void failures.push(error) }, password, alice);
  return { asked, failures, faults };
}

describe('a breached password', () => {
  it.each([
    ['the only one', `${HASH.slice(5)}:1`],
    ['one of many', `${OTHER}:7\r\n${HASH.slice(5)}:24230577\r\n${OTHER}:1`],
    ['in small letters', `${OTHER}:7\n${HASH.slice(5).toLowerCase()}:2\n`],
  ])('is refused, as %s in the answer', async (_, text) => {
    expect(await service(() => new Response(text)).faults()).toEqual([
      'This password was stolen from another service.',
    ]);
  });

  it.each([
    ['of others', `${OTHER}:7`],
    ['of padding', `${HASH.slice(5)}:0`],
    ['of the first digits alone', `${HASH.slice(0, 5)}:7`],
    ['that is empty', ''],
  ])('is none with an answer %s', async (_, text) => {
    const { faults, failures } = service(() => new Response(text));
    expect([await faults(), failures]).toEqual([[], []]);
  });

  it('is asked for by five digits of its hash, with padding, and no redirect', async () => {
    const { faults, asked } = service(() => new Response(''));
    await faults();
    expect(asked.map(({ url }) => url)).toEqual([`https://breaches.example/range/${HASH.slice(0, 5)}`]);
    expect(asked[0]?.headers.get('add-padding')).toBe('true');
    expect(asked[0]?.init).toMatchObject({ redirect: 'error' });
    expect(JSON.stringify(asked)).not.toContain(HASH.slice(5));
  });

  it('is not asked for if the password has other faults', async () => {
    const { faults, asked } = service(() => new Response(`${HASH.slice(5)}:1`));
    expect(await faults('short')).toEqual(['Must have at least 8 characters.']);
    expect(asked).toEqual([]);
  });
});

describe('a service that fails refuses nobody, and is reported without the password:', () => {
  it.each([
    ['no connection', () => Promise.reject(new TypeError('fetch failed'))],
    ['a redirect', () => Promise.reject(new TypeError('unexpected redirect'))],
    ['an error', () => new Response(`${HASH.slice(5)}:1`, { status: 503 })],
    ['too many requests', () => new Response('', { status: 429 })],
    ['a page without end', () => new Response(`${'x'.repeat(300 * 1024)}\n${HASH.slice(5)}:1`)],
  ])('%s', async (_, answer) => {
    const { faults, failures } = service(answer);
    expect(await faults()).toEqual([]);
    expect(failures).toHaveLength(1);
    for (const secret of [PASSWORD, HASH.slice(5)]) expect(String(failures[0])).not.toContain(secret);
  });

  it('no answer within a second', async () => {
    const failures: unknown[] = [];
    const deadline = new AbortController();
    const breaches = breachedPasswords('https://breaches.example/range/', {
      fetch: ((_: string, { signal }: RequestInit) =>
        new Promise((_resolve, reject) =>
          signal?.addEventListener('abort', () => reject(signal.reason)),
        )) as never,
      deadline: (milliseconds) => {
        expect(milliseconds).toBe(1_000);
        queueMicrotask(() => deadline.abort(new Error('too late')));
        return deadline.signal;
      },
    });
    const faults = newPasswordFaults(
      { breaches, onBreachFailure: (error) => void failures.push(error) },
      PASSWORD,
      alice,
    );
    expect(await faults).toEqual([]);
    expect(failures).toEqual([new Error('too late')]);
  });

  it('an answer of any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 500 }), async (text) => {
        const { faults } = service(() => new Response(text));
        expect(await faults()).toEqual([]);
      }),
    );
  });
});

it('without such a service, nobody is asked', async () => {
  const onBreachFailure = () => expect.unreachable();
  expect(await newPasswordFaults({ breaches: undefined, onBreachFailure }, PASSWORD, alice)).toEqual([]);
});

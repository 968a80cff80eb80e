import { beforeEach, describe, expect, inject, it } from 'vitest';
import { mailsTo, tokenFor } from '../support/mailbox.ts';
import { notOurs } from './support/own-runtime.ts';
import { type Person, people, type Session } from './support/people.ts';
import { rest } from './support/rest.ts';

const url = inject('parleyUrl');
const folder = inject('mailFolder');
const api = rest(url);

const send = ({ access: token }: Session, body?: unknown) =>
  api.post('/users/me/email/verification/', body, { token });
const confirm = (token: unknown) => api.post('/users/email/verification/', { token });
const isVerified = async ({ access: token }: Session) =>
  (await api.get('/users/me/', { token })).body.email_verified;
const INVALID = { status: 400, body: { code: 'link_invalid' } };

async function linkOf(person: Person): Promise<string> {
  expect(await send(person)).toMatchObject({ status: 202, body: undefined });
  return tokenFor(folder, person.email, 'verify');
}

describe.skipIf(notOurs)('an e-mail address', () => {
  let ada: Person;
  let charles: Person;
  beforeEach(async () => {
    [ada, charles] = await people(api, 2);
  });

  it('is confirmed by the link of a mail, once', async () => {
    expect(await isVerified(ada)).toBe(false);
    const token = await linkOf(ada);
    expect(mailsTo(folder, ada.email)[0]?.headers.subject).toBe('Confirm your e-mail address');
    const replies = await Promise.all(Array.from({ length: 6 }, () => confirm(token)));
    expect(replies.map(({ status }) => status).sort()).toEqual([204, 400, 400, 400, 400, 400]);
    expect(await confirm(token)).toMatchObject(INVALID);
    expect([await isVerified(ada), await isVerified(charles)]).toEqual([true, false]);
  });

  it('that is confirmed gets no more mail', async () => {
    const [first, second] = [await linkOf(ada), await linkOf(ada)];
    expect(await confirm(second)).toMatchObject({ status: 204 });
    expect(await send(ada)).toMatchObject({ status: 202 });
    expect(mailsTo(folder, ada.email)).toHaveLength(2);
    expect(await confirm(first)).toMatchObject({ status: 204 });
  });

  it('gets at most five mails an hour, those with a link to a new password included', async () => {
    await api.post('/users/password/reset/', { email: ada.email });
    const sent = await Promise.all(Array.from({ length: 6 }, () => send(ada)));
    expect(sent.map(({ status }) => status).sort()).toEqual([202, 202, 202, 202, 429, 429]);
    expect(await send(ada)).toMatchObject({ status: 429, body: { code: 'too_many_mails' } });
    expect(mailsTo(folder, ada.email)).toHaveLength(5);
    expect(await send(charles)).toMatchObject({ status: 202 });
  });

  it('of a deleted account is not confirmed', async () => {
    const token = await linkOf(ada);
    const { access, password } = ada;
    await api.send('DELETE', '/users/me/', { password }, { token: access });
    expect(await confirm(token)).toMatchObject(INVALID);
  });

  it('is not confirmed by another link, or a token that is none', async () => {
    const token = await linkOf(ada);
    const [, secret = ''] = token.split('.');
    await api.post('/users/password/reset/', { email: ada.email });
    const reset = tokenFor(folder, ada.email, 'reset');
    for (const wrong of [
      `${charles.id}.${secret}`,
      secret,
      `${token}x`,
      '.',
      ada.access.slice(0, 4_000),
      reset,
    ])
      expect(await confirm(wrong), wrong).toMatchObject(INVALID);
    expect(await isVerified(ada)).toBe(false);
  });

  it.each([[undefined], [''], [null], [7], [{}], ['x'.repeat(4_097)], ['\ud800']])(
    'is not confirmed by the token %j, which is no text',
    async (bad) => {
      expect(await confirm(bad)).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    },
  );

  it('gets mail only for its own user, and the request takes no body', async () => {
    expect(await api.post('/users/me/email/verification/')).toMatchObject({ status: 401 });
    const token = 'x.y.z';
    expect(await api.post('/users/me/email/verification/', undefined, { token })).toMatchObject({
      status: 401,
    });
    expect(await send(ada, { email: charles.email })).toMatchObject({ status: 400 });
    expect(mailsTo(folder, ada.email)).toEqual([]);
    expect(mailsTo(folder, charles.email)).toEqual([]);
  });
});

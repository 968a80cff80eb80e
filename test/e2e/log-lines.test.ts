import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SETTINGS } from '../systems.ts';
import { conversationOf, device, messageTo } from './support/devices.ts';
import { createGroup } from './support/groups.ts';
import { createInvitation, join, look } from './support/invitations.ts';
import { sendMessage } from './support/messages.ts';
import { notOurs, ownRuntime } from './support/own-runtime.ts';
import { logIn, type Person, people, registration } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, refusal } from './support/socket.ts';

/** Works and fails in all ways that touch a secret, and then looks for it in what was logged. */
describe.skipIf(notOurs)(`the functions' log lines ${notOurs}`, () => {
  const lines: string[] = [];
  const runtime = ownRuntime({ context: SETTINGS.unlimited, onLog: (line) => lines.push(line) });
  const secrets = new Map<string, string>();
  const secret = (what: string, text: string) => {
    secrets.set(what, text);
    return text;
  };
  afterAll(closeSockets);

  let ada: Person;
  beforeAll(async () => {
    const { url } = runtime();
    const api = rest(url);
    const [one, charles] = await people(api, 2);
    ada = one;
    for (const [name, value] of Object.entries(ada)) {
      if (name !== 'id' && name !== 'username') secret(`the ${name}`, value);
    }

    const typo = secret('a wrong password', 'a password with a typo');
    await api.post('/users/token/', { email: ada.email, password: typo });
    await api.post('/users/token/', `{"email": "${ada.email}", "password": "${ada.password}`);
    const second = await logIn(api, ada);
    secret('another access token', second.access);
    const { body: renewed } = await api.post('/users/token/refresh/', { refresh: second.refresh });
    secret('a renewed refresh token', renewed.refresh);
    const taken = registration({ email: ada.email });
    secret('the password of a refused registration', taken.password);
    await api.post('/users/register/', taken);
    await api.post('/users/token/exchange/', {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      subject_token: secret('a foreign token', 'eyJmb3JlaWduIjoxfQ.e30.x'),
    });

    const text = secret('the text of a message', 'only between Ada and Charles');
    const conversation = conversationOf(ada, charles);
    await sendMessage(api, ada, conversation, text);
    await api.post(`/conversations/${conversation}/messages/`, { text, after: 'x' }, { token: ada.access });
    const phone = await device(url, ada);
    await phone.ask(messageTo(charles, text));
    await phone.ask({ action: 'message.send', to: charles.id, text, client_id: 7 });
    await phone.ask({ action: 'auth.refresh', token: ada.refresh });
    phone.send(`{"action": "message.send", "text": "${text}`);
    await api.get(`/users/?search=${encodeURIComponent(secret('a search', 'whom she looks for'))}`, {
      token: ada.access,
    });

    const invitation = await createInvitation(api, charles, (await createGroup(api, charles, [])).id);
    const token = secret('an invitation', invitation.token);
    expect(await look(api, ada, token)).toMatchObject({ status: 200 });
    expect(await join(api, ada, token)).toMatchObject({ status: 200 });
    expect(await join(api, ada, `${token}A`)).toMatchObject({ status: 404 });
    expect(await api.post('/invitations/join/', { invitation: token }, { token: ada.access })).toMatchObject({
      status: 400,
    });
    // The address that it does not belong into.
    expect(await api.get(`/invitations/${token}/`, { token: ada.access })).toMatchObject({ status: 404 });

    const { body } = await api.post('/ws/ticket/', undefined, { token: ada.access });
    await refusal(url, { path: `/ws?ticket=${secret('a ticket', body.ticket)}` });
    await refusal(url, { path: `/ws?ticket=${body.ticket}` });
    await refusal(url, { path: `/ws?token=${ada.access}` });
    await refusal(url, { path: '/ws', token: `${ada.access}x`, carry: 'subprotocol' });
    await api.get('/users/me/', { token: `${ada.access}x` });

    const next = secret('a new password', 'a cloud of dandelions');
    await api.post('/users/me/password/', { password: typo, new_password: next }, { token: ada.access });
    await api.post(
      '/users/me/password/',
      { password: ada.password, new_password: next },
      { token: ada.access },
    );
    await api.post('/users/logout/', { refresh_token: renewed.refresh }, { token: renewed.access });
    await api.send('DELETE', '/users/me/', { password: next }, { token: ada.access });
  });

  it('exist: a refused handshake leaves one', () => {
    expect(lines.join('\n')).toContain('"errorMessage":"Unauthorized"');
  });

  it('tell of a token of no trusted issuer, which is of no account', () => {
    const line = lines.find((one) => one.includes('code=subject_token_invalid'));
    expect(line).toContain('refused, and no account is known');
  });

  it('have none of the secrets that were used', () => {
    const found = [...secrets].flatMap(([what, text]) =>
      lines
        .filter((line) => line.includes(text) || line.includes(JSON.stringify(text).slice(1, -1)))
        .map((line) => [what, line]),
    );
    expect(found).toEqual([]);
    expect(secrets.size).toBeGreaterThan(12);
  });
});

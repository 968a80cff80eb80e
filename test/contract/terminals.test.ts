import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { passwordFaults } from '../../functions/core/accounts/passwords.ts';
import type { ParleyError } from '../../functions/core/errors.ts';
import { type ActionName, actionSchemas } from '../../functions/protocol/actions.ts';
import { refIn } from '../../functions/protocol/frames.ts';
import { registerRequest, tokenRequest } from '../../functions/protocol/requests.ts';
import { errorFrame } from '../../functions/protocol/server-frames.ts';
import { compiler, SOCKET_DOCUMENT } from './document.ts';
import { readDeviceFrame, readOriginalFrame } from './frames.ts';
import { blocksOf, pageAt } from './markdown.ts';
import { EXCHANGES } from './sockets.ts';

const readme = pageAt('README.md');
const sockets = pageAt('docs/protocol-sockets.md');
const sorted = (list: Iterable<string>) => [...new Set(list)].sort();

/** The types of answers that differ from their action. */
const ANSWERS: Partial<Record<ActionName, string>> = {
  'message.send': 'message.sent',
  'message.edit': 'message.changed',
  'message.delete': 'message.changed',
  'message.react': 'message.changed',
  'message.unreact': 'message.changed',
  sync: 'sync.done',
  'presence.watch': 'presence',
};

describe('the sessions in two terminals', () => {
  it('send requests that the schemas accept', () => {
    const bodies = blocksOf(readme, 'sh').flatMap((block) =>
      [...block.matchAll(/-d '(\{.*?\})'/gs)].map(([, body]) => JSON.parse(body as string)),
    );
    const [registrations, logins] = [true, false].map((is) =>
      bodies.filter((one) => 'password2' in one === is),
    );
    expect([registrations?.length, logins?.length]).toEqual([2, 2]);
    for (const one of registrations ?? []) {
      expect(z.safeParse(registerRequest, one).error).toBeUndefined();
      const owner = { ...one, firstName: one.first_name, lastName: one.last_name };
      expect(passwordFaults(one.password, owner)).toEqual([]);
      expect(logins).toContainEqual({ email: one.email, password: one.password });
    }
    for (const one of logins ?? []) expect(z.safeParse(tokenRequest, one).error).toBeUndefined();
  });

  it('show the answers that the frames get', () => {
    expect(typed.filter(([frame]) => !frame.includes('"action"'))).toHaveLength(3);
    for (const [frame, answer] of typed) {
      expect(answer).toMatchObject(answerTo(frame));
      expect(
        replies.some((validate) => validate(answer)),
        JSON.stringify(answer),
      ).toBe(true);
    }
  });

  it('show every action except one that is like another, and two that only keep the socket open', () => {
    const shown = typed.flatMap(([frame]) => (frame.includes('"action"') ? JSON.parse(frame).action : []));
    const known = Object.keys(actionSchemas).filter(
      (name) => !['message.received', 'auth.refresh', 'ping'].includes(name),
    );
    expect(sorted(shown)).toEqual(sorted([...known, 'wave']));
  });

  const [ada, charles] = ['0198c3f4-5a1e-7c3b-9d42-6f1f6a0b7c11', '0198c3f5-6b2f-7d4c-8e53-7a2a7b1c8d22'];
  const filled = (line = '') =>
    line
      .slice(2)
      .replaceAll(/….…|<CONVERSATION>/g, `${ada}.${charles}`)
      .replaceAll(
        /(?<="(?:created_at|edited_at|deleted_at|last_seen|position)":")…/g,
        '2026-11-23T05:00:00.000Z',
      )
      .replaceAll(/…|<PEER>/g, charles as string);
  const lines = [readme, sockets]
    .flatMap((page) => blocksOf(page, 'text'))
    .flatMap((block) => block.split('\n'));
  const typed = lines.flatMap((line, i): [string, object][] =>
    line.startsWith('> ') ? [[filled(line), JSON.parse(filled(lines[i + 1]))]] : [],
  );
  const validatorOf = compiler({ closed: true, document: SOCKET_DOCUMENT });
  const replies = EXCHANGES.flatMap((exchange) => exchange.replies.map(({ schema }) => validatorOf(schema)));

  function answerTo(frame: string): object {
    try {
      if (!frame.includes('"action"'))
        return { type: 'chat.message', message: readOriginalFrame(frame).message };
      const { action } = readDeviceFrame(frame);
      const ref = refIn(frame);
      return { type: ANSWERS[action] ?? action, ...(ref !== undefined && { ref }) };
    } catch (error) {
      return errorFrame(error as ParleyError);
    }
  }
});

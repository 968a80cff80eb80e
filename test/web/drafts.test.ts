import { expect, it } from 'vitest';
import type { SessionState } from '../../client/index.ts';
import { observable } from '../../client/observable.ts';
import { createDrafts } from '../../web/state/drafts.ts';

const as = (id: string): SessionState => ({ state: 'in', user: { id, username: id } });

function begun() {
  const session = observable<SessionState>({ state: 'unknown' });
  const drafts = createDrafts(session);
  session.set(as('ada'));
  drafts.keep('ada.charles', 'Dear Cha');
  return { session, drafts };
}

it('a draft outlives a session that the server ends, for the same person', () => {
  const { session, drafts } = begun();
  session.set({ state: 'ended' });
  session.set(as('ada'));
  expect(drafts.of('ada.charles')).toBe('Dear Cha');
});

it('nobody else finds it in the conversation that they share', () => {
  const { session, drafts } = begun();
  session.set({ state: 'ended' });
  session.set(as('charles'));
  expect(drafts.of('ada.charles')).toBe('');
});

it('nobody else finds it who has logged in in another tab', () => {
  const { session, drafts } = begun();
  session.set(as('charles'));
  expect(drafts.of('ada.charles')).toBe('');
});

it('who logs out takes it along', () => {
  const { session, drafts } = begun();
  session.set({ state: 'out' });
  session.set(as('ada'));
  expect(drafts.of('ada.charles')).toBe('');
});

it('what was sent is no draft', () => {
  const { drafts } = begun();
  drafts.keep('ada.charles', '');
  expect(drafts.of('ada.charles')).toBe('');
});

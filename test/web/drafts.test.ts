import { expect, it } from 'vitest';
import type { SessionState } from '../../client/index.ts';
import { observable } from '../../client/observable.ts';
import { createDrafts } from '../../web/state/drafts.ts';

const as = (id: string): SessionState => ({ state: 'in', user: { id, username: id } });

function withDraft() {
  const session = observable<SessionState>({ state: 'unknown' });
  const stored = new Map<string, string>();
  const store = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, text: string) => void stored.set(key, text),
    removeItem: (key: string) => void stored.delete(key),
  };
  const drafts = createDrafts(session, store);
  session.set(as('ada'));
  drafts.keep('ada.charles', 'Dear Cha');
  /** The page after a reload. */
  const reload = () => {
    const next = observable<SessionState>({ state: 'unknown' });
    return { session: next, drafts: createDrafts(next, store) };
  };
  return { session, drafts, stored, store, reload };
}

it('a draft survives when the server ends the session and the same user logs in again', () => {
  const { session, drafts } = withDraft();
  session.set({ state: 'ended' });
  session.set(as('ada'));
  expect(drafts.of('ada.charles')).toBe('Dear Cha');
});

it('the other user of the conversation does not see the draft', () => {
  const { session, drafts } = withDraft();
  session.set({ state: 'ended' });
  session.set(as('charles'));
  expect(drafts.of('ada.charles')).toBe('');
});

it('a user who logs in in another tab does not see the draft', () => {
  const { session, drafts } = withDraft();
  session.set(as('charles'));
  expect(drafts.of('ada.charles')).toBe('');
});

it('a logout deletes the drafts', () => {
  const { session, drafts } = withDraft();
  session.set({ state: 'out' });
  session.set(as('ada'));
  expect(drafts.of('ada.charles')).toBe('');
});

it('an emptied field leaves no draft', () => {
  const { drafts } = withDraft();
  drafts.keep('ada.charles', '');
  expect(drafts.of('ada.charles')).toBe('');
});

it('a draft survives a reload, but only for the same user', () => {
  const { reload } = withDraft();
  const again = reload();
  again.session.set(as('ada'));
  expect(again.drafts.of('ada.charles')).toBe('Dear Cha');
  const other = reload();
  other.session.set(as('charles'));
  expect(other.drafts.of('ada.charles')).toBe('');
  const late = reload();
  late.session.set(as('ada'));
  expect(late.drafts.of('ada.charles')).toBe('');
});

it('nothing is stored after a logout or after sending', () => {
  const { session, drafts, stored } = withDraft();
  drafts.keep('ada.charles', '');
  expect(stored.size).toBe(0);
  drafts.keep('ada.charles', 'Dear');
  session.set({ state: 'out' });
  expect(stored.size).toBe(0);
});

it.each(['null', '[', '{"drafts":3}', '{"writer":"ada","drafts":{"ada.charles":5}}'])(
  'a stored value that is not a draft is ignored: %s',
  (text) => {
    const { stored, reload } = withDraft();
    stored.set('parley.drafts', text);
    const { session, drafts } = reload();
    session.set(as('ada'));
    expect(drafts.of('ada.charles')).toBe('');
  },
);

it('drafts work without storage, and with one that is full or forbidden', () => {
  const session = observable<SessionState>({ state: 'unknown' });
  const fail = () => {
    throw new Error('QuotaExceededError');
  };
  for (const store of [undefined, { getItem: fail, setItem: fail, removeItem: fail }]) {
    const drafts = createDrafts(session, store);
    drafts.keep('ada.charles', 'Dear');
    expect(drafts.of('ada.charles')).toBe('Dear');
  }
});

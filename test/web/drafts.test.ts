import { expect, it } from 'vitest';
import type { SessionState } from '../../client/index.ts';
import { observable } from '../../client/observable.ts';
import { createDrafts } from '../../web/state/drafts.ts';

const as = (id: string): SessionState => ({ state: 'in', user: { id, username: id } });

function begun() {
  const session = observable<SessionState>({ state: 'unknown' });
  const kept = new Map<string, string>();
  const store = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
    removeItem: (key: string) => void kept.delete(key),
  };
  const drafts = createDrafts(session, store);
  session.set(as('ada'));
  drafts.keep('ada.charles', 'Dear Cha');
  /** The page, loaded anew. */
  const reload = () => {
    const next = observable<SessionState>({ state: 'unknown' });
    return { session: next, drafts: createDrafts(next, store) };
  };
  return { session, drafts, kept, store, reload };
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

it('it outlives a reload, for the same person alone', () => {
  const { reload } = begun();
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

it('a reload finds nothing of who has logged out, or has sent it', () => {
  const { session, drafts, kept } = begun();
  drafts.keep('ada.charles', '');
  expect(kept.size).toBe(0);
  drafts.keep('ada.charles', 'Dear');
  session.set({ state: 'out' });
  expect(kept.size).toBe(0);
});

it.each(['null', '[', '{"begun":3}', '{"writer":"ada","begun":{"ada.charles":5}}'])(
  'what is no draft is none: %s',
  (text) => {
    const { kept, reload } = begun();
    kept.set('parley.drafts', text);
    const { session, drafts } = reload();
    session.set(as('ada'));
    expect(drafts.of('ada.charles')).toBe('');
  },
);

it('a storage that is full, or forbidden, keeps nobody from writing', () => {
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

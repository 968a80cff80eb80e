import { describe, expect, it } from 'vitest';
import { foldId } from '../../../functions/core/ids.ts';
import { readAction } from '../../../functions/protocol/actions.ts';
import { readObject } from '../../../functions/protocol/frames.ts';
import { id } from '../support/people.ts';

// With letters: those of `id(1)` are digits.
const ADA = '0198c3f4-5a1e-7c3b-9d42-6f1f6a0b7c11';
const BEN = '0198c3f5-77d0-7e21-a4b5-90c1d2e3f405';
const BOTH = `${ADA}.${BEN}`;

describe('an id', () => {
  it.each([ADA, BOTH])('is accepted in any letter case: %s', (one) => {
    const mixed = one.replace(/[a-f]/g, (letter, at) => (at % 2 ? letter.toUpperCase() : letter));
    for (const given of [one, one.toUpperCase(), mixed]) expect(foldId(given)).toBe(one);
  });

  it.each(['', 'Nobody', `${ADA.toUpperCase()}0`, `${ADA}.X`, `${BOTH}.${ADA}`.toUpperCase(), ` ${ADA} `])(
    'that is none stays as it is, so that an error can name it: %j',
    (text) => {
      expect(foldId(text)).toBe(text);
    },
  );
});

describe('a device’s frame may have its ids in any letter case', () => {
  const read = (frame: object) => readAction(readObject(JSON.stringify(frame)));
  const frames = [
    { action: 'message.send', to: ADA, text: 'Hello', client_id: BEN },
    { action: 'message.send', conversation: BOTH, text: 'Hello', client_id: BEN },
    { action: 'conversation.read', conversation: BOTH, seq: 1 },
    { action: 'message.received', conversation: BOTH, seq: 1 },
    { action: 'typing', conversation: BOTH },
    { action: 'sync', conversations: { [BOTH]: 4, [`${ADA}.${id(1)}`]: 0 } },
    { action: 'presence.watch', users: [ADA, BEN] },
  ];

  it.each(frames)('$action', (frame) => {
    const capitals = JSON.parse(
      JSON.stringify(frame).replace(/[0-9a-f]{8}(-[0-9a-f]{4,12}){4}/g, (one) => one.toUpperCase()),
    );
    expect(capitals).not.toEqual(frame);
    expect(read(capitals)).toEqual(read(frame));
  });

  it('and the lower `seq` counts when `sync` names a conversation twice, so nothing is missed', () => {
    for (const conversations of [
      { [BOTH]: 4, [BOTH.toUpperCase()]: 2 },
      { [BOTH]: 2, [BOTH.toUpperCase()]: 4 },
    ]) {
      expect(read({ action: 'sync', conversations }).input).toEqual({
        conversations: { [BOTH]: { seq: 2 } },
      });
    }
    const conversations = { [BOTH]: { seq: 4, change: 1 }, [BOTH.toUpperCase()]: { seq: 2, change: 3 } };
    expect(read({ action: 'sync', conversations }).input).toEqual({
      conversations: { [BOTH]: { seq: 2, change: 1 } },
    });
  });
});

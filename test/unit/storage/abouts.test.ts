import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { groupOf, type Roster } from '../../../functions/core/conversations/roster.ts';
import { aboutReader, aboutWrite } from '../../../functions/storage/abouts.ts';
import { messageStore } from '../../../functions/storage/messages.ts';
import { rosterStore } from '../../../functions/storage/rosters.ts';
import { memoryTable } from '../../support/memory-table.ts';
import { NOON } from '../support/clock.ts';
import { documents } from '../support/mocked-clients.ts';
import { alice, id } from '../support/people.ts';
import { GROUP, ROSTER } from '../support/roster.ts';
import { sent, table } from '../support/table.ts';

const PICTURE = 'https://example.com/a.png';
const Key = { pk: `CONV#${GROUP}`, sk: 'ABOUT' };

describe('what a group says of itself', () => {
  it('is one item, read strongly consistent', async () => {
    documents.on(GetCommand).resolves({ Item: { ...Key, description: 'Looms.', picture: PICTURE } });
    expect(await aboutReader(table).about(GROUP)).toEqual({ description: 'Looms.', picture: PICTURE });
    expect(sent()).toEqual([['GetCommand', { TableName: 'parley-test', Key, ConsistentRead: true }]]);
  });

  it('is nothing before it was written, and when it was removed', async () => {
    expect(await aboutReader(table).about(GROUP)).toEqual({ description: '', picture: '' });
    documents.on(GetCommand).resolves({ Item: Key });
    expect(await aboutReader(table).about(GROUP)).toEqual({ description: '', picture: '' });
  });

  it('has no attribute for what is empty', () => {
    const itemOf = (description: string, picture: string) =>
      aboutWrite('parley-test', GROUP, { description, picture }).Put?.Item;
    expect(itemOf('Looms.', '')).toEqual({ ...Key, description: 'Looms.' });
    expect(itemOf('', PICTURE)).toEqual({ ...Key, picture: PICTURE });
    expect(itemOf('', '')).toEqual(Key);
  });
});

describe('a change of settings', () => {
  /** The entry that tells of it, behind seven others. */
  const entry = {
    ...{ id: id(1008), conversation: GROUP, seq: 8, senderId: alice.id, text: '', read: 0, createdAt: NOON },
    event: { type: 'changed', fields: ['description', 'who'] },
    ...{ counts: {}, rates: {}, recent: new Uint8Array(), events: 1, roster: 5 },
  } as const;
  const after: Roster = { ...ROSTER, version: 5, who: { write: 'moderator', add: 'member' } };
  const about = { description: 'Looms.', picture: '' };

  async function stored() {
    const { table: memory, state } = memoryTable();
    const rosters = rosterStore(memory);
    const first = { ...entry, seq: 7, id: id(1007), roster: 4 };
    await rosters.apply({ before: undefined, after: ROSTER, entry: first });
    return { rosters, state, memory, abouts: aboutReader(memory) };
  }

  it('is stored whole: the roster, what the group says of itself, and the entry', async () => {
    const { rosters, abouts, memory } = await stored();
    expect(await rosters.apply({ before: ROSTER, after, about, entry })).toBe(true);
    expect(await rosters.roster(GROUP)).toEqual(after);
    expect(await abouts.about(GROUP)).toEqual(about);
    expect(await messageStore(memory).last(groupOf(after))).toEqual(entry);
  });

  it('leaves what it does not name', async () => {
    const { rosters, abouts } = await stored();
    await rosters.apply({ before: ROSTER, after, about, entry });
    const back: Roster = { ...after, version: 6, who: undefined };
    await rosters.apply({ before: after, after: back, entry: { ...entry, seq: 9, roster: 6 } });
    expect(await rosters.roster(GROUP)).toEqual({ ...ROSTER, version: 6 });
    expect(await abouts.about(GROUP)).toEqual(about);
  });

  it('stores nothing if the roster has changed since', async () => {
    const { rosters, abouts, state } = await stored();
    await rosters.apply({ before: ROSTER, after, entry });
    const before = state.partition(`CONV#${GROUP}`);
    expect(await rosters.apply({ before: ROSTER, after, about, entry: { ...entry, seq: 9 } })).toBe(false);
    expect(state.partition(`CONV#${GROUP}`)).toEqual(before);
    expect(await abouts.about(GROUP)).toEqual({ description: '', picture: '' });
  });
});

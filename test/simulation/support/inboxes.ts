import type { InboxCursor, InboxEntry } from '../../../functions/core/inbox/inbox.ts';
import { GOOD_FATE } from './fate.ts';
import type { Functions } from './functions.ts';
import { all } from './settle.ts';
import type { Simulation } from './simulation.ts';
import type { Person, World } from './world.ts';

/** The inboxes of all users, page after page, by user id. */
export async function inboxesOf(simulation: Simulation): Promise<ReadonlyMap<string, readonly InboxEntry[]>> {
  const { world } = simulation;
  const inboxes = new Map<string, readonly InboxEntry[]>();
  await all(simulation, world.living, async (person) => {
    inboxes.set(person.id, await inboxOf(world, person));
  });
  return inboxes;
}

async function inboxOf(world: World, { id, username }: Person): Promise<readonly InboxEntry[]> {
  const ask = async <T>(run: (functions: Functions) => Promise<T>): Promise<T | undefined> => {
    const outcome = await world.invoke(`inbox of ${username}`, GOOD_FATE, run);
    if (outcome.kind !== 'ok') world.blame(`${username}'s inbox cannot be read`);
    return outcome.kind === 'ok' ? outcome.value : undefined;
  };
  const entries: InboxEntry[] = [];
  let before: InboxCursor | undefined;
  do {
    const page = await ask(({ inbox }) => inbox({ userId: id, limit: 2, before }));
    entries.push(...(page?.entries ?? []));
    before = page?.next;
  } while (before);
  for (const entry of entries) {
    const alone = await ask(({ conversation }) => conversation(id, entry.conversation));
    if (JSON.stringify(alone) !== JSON.stringify(entry)) {
      world.blame(
        `${username} sees ${JSON.stringify(entry)} in the inbox and ${JSON.stringify(alone)} alone`,
      );
    }
  }
  return entries;
}

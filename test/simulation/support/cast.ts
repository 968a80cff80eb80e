import type { OwnAccount } from '../../../functions/core/accounts/account.ts';
import { accountStore } from '../../../functions/storage/accounts.ts';
import { memoryTable } from '../../support/memory-table.ts';
import { firstPassword } from './accounts.ts';
import { Client } from './client.ts';
import { hashOf } from './functions.ts';
import type { Person, World } from './world.ts';

/** In a large company, only so many have more than a phone: every client costs time. */
const WITH_ALL_CLIENTS = 4;

/** Registers all users. Each gets two devices and a client of the original protocol, none of them connected. */
export async function cast(world: World): Promise<readonly Client[]> {
  const accounts = accountStore(memoryTable(world.state).table);
  const createdAt = new Date(world.scheduler.time);
  for (const person of world.people) {
    const hash = hashOf(firstPassword(person.id), '0');
    await accounts.create(accountOf(person, createdAt.toISOString()), hash);
  }
  return world.people.flatMap((person, i) => {
    const phone = new Client(world, person, 'phone');
    if (i >= WITH_ALL_CLIENTS) return [phone];
    const laptop = new Client(world, person, 'laptop');
    return [
      phone,
      laptop,
      new Client(world, person, 'original', world.people[(i + 1) % world.people.length]),
    ];
  });
}

export function accountOf({ id, username, email }: Person, createdAt: string): OwnAccount {
  return { id, email, username, firstName: username, lastName: '', staff: false, createdAt };
}

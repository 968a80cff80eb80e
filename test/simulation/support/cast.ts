import type { OwnAccount } from '../../../functions/core/accounts/account.ts';
import { accountStore } from '../../../functions/storage/accounts.ts';
import { memoryTable } from '../../support/memory-table.ts';
import { Client } from './client.ts';
import type { World } from './world.ts';

/** Registers all users. Each gets two devices and a client of the original protocol, none of them connected. */
export async function cast(world: World): Promise<readonly Client[]> {
  const accounts = accountStore(memoryTable(world.state).table);
  const createdAt = new Date(world.scheduler.time);
  for (const { id, username } of world.people) {
    await accounts.create(accountOf(id, username, createdAt.toISOString()), 'hash');
  }
  const clients = world.people.flatMap((person, i) => [
    new Client(world, person, 'phone'),
    new Client(world, person, 'laptop'),
    new Client(world, person, 'original', world.people[(i + 1) % world.people.length]),
  ]);
  return clients;
}

function accountOf(id: string, username: string, createdAt: string): OwnAccount {
  const email = `${username}@example.org`;
  return { id, email, username, firstName: username, lastName: '', staff: false, createdAt };
}

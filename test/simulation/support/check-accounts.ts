import { DELETED_USERNAME } from '../../../functions/core/accounts/account.ts';
import { NAME_KEPT_DAYS } from '../../../functions/core/accounts/delete-account.ts';
import { pairId } from '../../../functions/core/conversations/conversation.ts';
import type { InboxEntry } from '../../../functions/core/inbox/inbox.ts';
import { accountStore } from '../../../functions/storage/accounts.ts';
import {
  conversationPartition,
  directoryKey,
  emailKey,
  MESSAGE_PREFIX,
  PRESENCE,
  PROFILE,
  profileKey,
  SESSION_PREFIX,
  SOCKETS,
  usernameKey,
  userPartition,
} from '../../../functions/storage/keys.ts';
import { memoryTable } from '../../support/memory-table.ts';
import { accountOf } from './cast.ts';
import { checkPassword } from './check-password.ts';
import { GOOD_FATE } from './fate.ts';
import { all } from './settle.ts';
import type { Simulation } from './simulation.ts';
import type { Person, World } from './world.ts';

/** What says that an account is deleted, and stays. */
const MARKS = [PROFILE, SOCKETS, PRESENCE];
const OF_MARK = new Set(['pk', 'sk', 'id', 'deletedAt', 'steps']);

/**
 * After a deletion, answered or not: either all of the account is there, or nothing but its marks. A function that was under way
 * may write after the first look, but not after the last one, an hour later.
 */
export function checkAccounts({ world }: Simulation, look: 'first' | 'last'): void {
  for (const person of world.people) {
    const { isDeleted, isLeaving } = world.accounts.of(person.id);
    if (!world.isDeleted(person)) {
      if (isDeleted) world.blame(`${person.username} is there after the account was deleted`);
      checkPassword(world, person);
    } else {
      if (!isLeaving) world.blame(`nobody has deleted ${person.username}`);
      checkRemains(world, person, look);
    }
  }
}

function checkRemains(world: World, { id, username, email }: Person, look: 'first' | 'last'): void {
  const { state, accounts, scheduler } = world;
  const left = state
    .partition(userPartition(id))
    .map(({ sk }) => String(sk))
    .filter((sk) => !MARKS.includes(sk));
  const sessions = left.filter((sk) => accounts.passwordOf(sk.slice(SESSION_PREFIX.length)) !== undefined);
  const unknown = look === 'first' ? sessions : left;
  if (unknown.length > 0) world.blame(`${username} is deleted, and ${unknown.join()} is left`);
  const profile = Object.keys(state.get(profileKey(id)) ?? {}).filter((name) => !OF_MARK.has(name));
  if (profile.length > 0) world.blame(`${username} is deleted, and the profile has ${profile.join()}`);
  if (state.get(emailKey(email))) world.blame(`${username} is deleted, and the password is left`);
  const lists = (['users', 'everyone'] as const).filter((list) => state.get(directoryKey(list, username)));
  if (lists.length > 0) world.blame(`${username} is deleted, and listed among ${lists.join()}`);
  const { userId, ttl = 0 } = state.get(usernameKey(username)) ?? {};
  const days = (Number(ttl) * 1000 - scheduler.time) / 86_400_000;
  if (userId !== id || days > NAME_KEPT_DAYS || days < NAME_KEPT_DAYS - 1) {
    world.blame(`the name ${username} is held for ${days} days`);
  }
}

/** Its messages stay, as those of a deleted account, and nobody can write to it. */
export async function checkPeersOfDeleted(
  simulation: Simulation,
  inboxes: ReadonlyMap<string, readonly InboxEntry[]>,
): Promise<void> {
  const { world } = simulation;
  for (const person of world.living) {
    for (const entry of inboxes.get(person.id) ?? []) {
      if (entry.kind !== 'pair') continue;
      const { conversation, peer } = entry;
      const other = world.people.find(({ id }) => id === peer.id);
      const isDeleted = other !== undefined && world.isDeleted(other);
      const name = isDeleted ? DELETED_USERNAME : other?.username;
      if (peer.username !== name || (peer.deleted ?? false) !== isDeleted) {
        world.blame(`${person.username} sees ${JSON.stringify(peer)} in ${conversation}`);
      }
    }
  }
  const pairs = world.living.flatMap((one) => world.deleted.map((other) => [one, other] as const));
  await all(simulation, pairs, async ([one, other]) => {
    const conversation = pairId(one.id, other.id);
    const count = () =>
      world.state
        .partition(conversationPartition(conversation))
        .filter(({ sk }) => String(sk).startsWith(MESSAGE_PREFIX)).length;
    const before = count();
    const messages = [{ text: 'Are you there?', clientId: world.newId(), read: undefined }];
    const outcome = await world.invoke(`a message to ${other.username}`, GOOD_FATE, (functions) =>
      functions.send(one, { conversation, messages, after: undefined }),
    );
    const code = outcome.kind === 'error' ? outcome.error.code : outcome.kind;
    if (code !== 'user_not_found' || count() !== before) {
      world.blame(`a message to ${other.username}, who is deleted, is answered with ${code}`);
    }
  });
}

/** Nobody can register with the name of a deleted account, until its time is over. */
export async function checkNames({ world }: Simulation): Promise<void> {
  const accounts = accountStore(memoryTable(world.state).table);
  const register = ({ username }: Person) => {
    const createdAt = new Date(world.scheduler.time).toISOString();
    const account = accountOf(
      { id: world.newId(), username, email: `${world.newId()}@example.org` },
      createdAt,
    );
    return accounts.create(account, 'hash');
  };
  for (const person of world.deleted) {
    if ((await register(person)).join() !== 'username') world.blame(`the name ${person.username} is free`);
  }
  world.scheduler.pass(NAME_KEPT_DAYS * 86_400_000);
  for (const person of world.deleted) {
    if ((await register(person)).length > 0) world.blame(`the name ${person.username} is never free again`);
  }
}

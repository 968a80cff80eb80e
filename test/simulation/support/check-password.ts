import { emailKey, SESSION_PREFIX, userPartition } from '../../../functions/storage/keys.ts';
import { passwordIn } from './functions.ts';
import type { Person, World } from './world.ts';

/**
 * No session is left that was opened with a former password, except the one that changed it. A log-in that died may leave a session, but
 * nobody has its tokens.
 * @param changer the session whose change was answered just now
 */
export function checkPassword({ state, accounts, blame }: World, person: Person, changer?: string): void {
  const { id, username, email } = person;
  const { passwordHash, changedBy } = state.get(emailKey(email)) ?? {};
  const present = passwordIn(String(passwordHash));
  if (!accounts.of(id).passwords.includes(present)) blame(`${username} has the password "${present}"`);
  if (changer !== undefined && changedBy !== changer) blame(`${changer} did not change the password`);
  for (const session of sessionsOf(state, id)) {
    const password = accounts.passwordOf(session);
    if (password === undefined || password === present || session === changedBy) continue;
    blame(`${session} of ${username} outlives the change of its password`);
  }
}

const sessionsOf = (state: World['state'], userId: string): readonly string[] =>
  state
    .partition(userPartition(userId))
    .map(({ sk }) => String(sk))
    .filter((sk) => sk.startsWith(SESSION_PREFIX))
    .map((sk) => sk.slice(SESSION_PREFIX.length));

import type { PasswordChange } from './accounts.ts';
import { checkPassword } from './check-password.ts';
import type { Client } from './client.ts';
import { type Fate, GOOD_FATE } from './fate.ts';

/**
 * A client changes the password of its user. With `again`, it sends a change again that had no answer. A user does not remember which
 * password came last, so each one is tried.
 */
export async function changePassword(client: Client, again: boolean, fate: Fate): Promise<void> {
  const { world, person, name, logIn } = client;
  if (!logIn) return;
  const known = world.accounts.of(person.id);
  const { sessionId } = logIn;
  const repeated = again && known.unanswered?.sessionId === sessionId ? known.unanswered : undefined;
  const change = repeated ?? { sessionId, former: known.passwords, next: world.accounts.newPassword() };
  world.say(`${name} changes the password to "${change.next}"${repeated ? ' again' : ''}`);
  known.changes += 1;
  known.running += 1;
  const mine = known.changes;
  const wasAlone = known.running === 1;
  known.passwords = [change.next, ...known.passwords.filter((one) => one !== change.next)];
  const code = await tryEach(client, change, fate);
  known.running -= 1;
  if (code === undefined) known.unanswered = change;
  if (code === 'token_invalid') client.leave(sessionId);
  if (code !== 'changed' || !wasAlone || mine !== known.changes) return;
  known.passwords = [change.next];
  known.unanswered = undefined;
  if (!known.isLeaving) checkPassword(world, person, sessionId);
}

/** The code of the answer; undefined if none came. */
async function tryEach(client: Client, change: PasswordChange, fate: Fate): Promise<string | undefined> {
  const { world, person, name } = client;
  for (const password of change.former) {
    const outcome = await world.invoke(`change of the password by ${name}`, fate, (functions) =>
      functions.changePassword(
        { userId: person.id, sessionId: change.sessionId },
        { password, newPassword: change.next },
      ),
    );
    if (outcome.kind === 'lost') return undefined;
    if (outcome.kind === 'ok') return 'changed';
    const { code } = outcome.error;
    if (!['wrong_password', 'token_invalid', 'unavailable'].includes(code)) {
      world.blame(`a change of the password is refused with ${code}`);
    }
    if (code !== 'wrong_password') return code;
  }
  return 'wrong_password';
}

/** A client deletes the account of its user. */
export async function deleteAccount(client: Client, fate: Fate): Promise<void> {
  const { world, person, name, logIn } = client;
  if (!logIn) return;
  const known = world.accounts.of(person.id);
  world.say(`${name} deletes the account`);
  for (const password of known.passwords) {
    known.isLeaving = true;
    const outcome = await world.invoke(`deletion by ${name}`, fate, (functions) =>
      functions.deleteAccount({ userId: person.id, sessionId: logIn.sessionId }, password),
    );
    if (outcome.kind === 'ok') known.isDeleted = true;
    const code = outcome.kind === 'error' ? outcome.error.code : '';
    if (!['', 'wrong_password', 'token_invalid', 'unavailable'].includes(code)) {
      world.blame(`a deletion is refused with ${code}`);
    }
    if (code !== 'wrong_password') return;
  }
}

/** Users whose change had no answer send it again. If their session has ended by then, they log in and make another change. */
export async function settlePassword(clients: readonly Client[]): Promise<void> {
  const [{ world, person }] = clients as [Client];
  const known = world.accounts.of(person.id);
  for (let round = 0; round < ROUNDS && known.passwords.length > 1; round += 1) {
    const asker = clients.find(({ logIn }) => logIn && logIn.sessionId === known.unanswered?.sessionId);
    const client = asker ?? (clients[0] as Client);
    await client.logInIfNeeded(GOOD_FATE);
    await changePassword(client, round === 0, GOOD_FATE);
  }
  if (known.passwords.length > 1) world.blame(`${person.username} cannot change the password`);
}

const ROUNDS = 5;

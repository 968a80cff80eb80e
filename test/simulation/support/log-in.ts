import type { Client } from './client.ts';
import type { Fate } from './fate.ts';
import { sessionIn } from './functions.ts';

/** Within a minute the former token gets the same successor again. Wrong clocks shorten that minute. */
const GRACE_MS = 59_000;

/** One login of a client. */
export interface LogIn {
  readonly sessionId: string;
  refresh: string;
  /** When the current refresh token was first sent. */
  triedAt: number | undefined;
  /** Exchanges without an answer so far. A client starts no other one meanwhile. */
  underWay: number;
  /** The client asked the server to end it. */
  isLeaving: boolean;
  /** The changes of the password that had begun when it began. */
  readonly changes: number;
  /** It began during one of them, which may end it too. */
  readonly isDuringChange: boolean;
}

/** Opens a session, with each password that may be the present one. */
export async function logIn(client: Client, fate: Fate): Promise<void> {
  const { world, person, name } = client;
  const known = world.accounts.of(person.id);
  const { changes, running, passwords } = known;
  world.say(`${name} logs in`);
  for (const password of passwords) {
    const outcome = await world.invoke(`log-in of ${name}`, fate, (functions) =>
      functions.logIn(person.email, password, name),
    );
    if (outcome.kind === 'ok') {
      const { refresh } = outcome.value;
      const times = { triedAt: undefined, underWay: 0, isLeaving: false };
      const change = { changes, isDuringChange: running > 0 };
      client.logIn ??= { sessionId: sessionIn(refresh), refresh, ...times, ...change };
    }
    if (outcome.kind !== 'error' || outcome.error.code !== 'wrong_credentials') return;
  }
  const isQuiet = running === 0 && changes === known.changes && !known.isLeaving;
  if (isQuiet) world.blame(`${name} cannot log in with any password of its user`);
}

/** The client forgets its tokens, whether or not it gets an answer. The server must close its socket. */
export async function logOut(client: Client, fate: Fate): Promise<void> {
  const { world, person, name, logIn } = client;
  if (!logIn || logIn.underWay > 0) return;
  world.say(`${name} logs out of ${logIn.sessionId}`);
  client.logIn = undefined;
  logIn.isLeaving = true;
  await world.invoke(`log-out of ${name}`, fate, (functions) => functions.logOut(person.id, logIn.refresh));
}

/** This many tabs of one client exchange its refresh token at once. */
export async function refresh(client: Client, tabs: number, fate: Fate): Promise<void> {
  const { logIn } = client;
  if (!logIn || logIn.underWay > 0) return;
  const sent = logIn.refresh;
  logIn.triedAt ??= client.world.scheduler.time;
  await Promise.all(Array.from({ length: tabs }, () => exchange(client, logIn, sent, fate)));
}

async function exchange(client: Client, logIn: LogIn, sent: string, fate: Fate): Promise<void> {
  const { world, name } = client;
  world.say(`${name} refreshes`);
  logIn.underWay += 1;
  const outcome = await world.invoke(`refresh of ${name}`, fate, (functions) => functions.refresh(sent));
  logIn.underWay -= 1;
  if (outcome.kind === 'ok') {
    const { refresh } = outcome.value;
    if (logIn.refresh !== sent && logIn.refresh !== refresh) world.blame(`${name} got two successors`);
    logIn.refresh = refresh;
    logIn.triedAt = undefined;
  } else if (outcome.kind === 'error' && outcome.error.code === 'token_invalid') {
    const triedAt = logIn.triedAt ?? world.scheduler.time;
    const known = world.accounts.of(client.person.id);
    const mayHaveEnded =
      logIn.isLeaving || logIn.isDuringChange || known.isLeaving || known.changes > logIn.changes;
    if (!mayHaveEnded && world.scheduler.time - triedAt < GRACE_MS) {
      world.blame(`${name} is logged out, because an answer got lost`);
    }
    if (client.logIn === logIn) client.logIn = undefined;
  } else if (outcome.kind === 'error' && outcome.error.code !== 'unavailable') {
    world.blame(`a refresh is refused with ${outcome.error.code}`);
  }
}

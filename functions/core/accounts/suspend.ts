import type { Audit } from '../audit/audit.ts';
import { CannotSuspendStaff, UserNotFound } from '../errors.ts';
import { isId } from '../ids.ts';
import { endEverySession } from '../sessions/own-sessions.ts';
import type { SessionList } from '../sessions/session.ts';

export interface SuspensionStore {
  /** Marks an account as suspended, in one conditional write. `unknown` if there is none, or it is deleted. */
  suspend(userId: string, at: Date): Promise<'suspended' | 'already' | 'staff' | 'unknown'>;
  restore(userId: string): Promise<'restored' | 'already' | 'unknown'>;
}

interface Dependencies {
  readonly suspensions: SuspensionStore;
  readonly sessions: SessionList;
  readonly audit: Audit;
  readonly now: () => Date;
}

/** An account, and who acts on it: a member of the staff, or the operator. */
interface Action {
  readonly userId: string;
  readonly by: string;
}

/**
 * Keeps a user from logging in until they are restored, and ends all their sessions, so that their sockets close. Nothing else
 * changes: others see them and their messages, and can write to them. If it fails in between, a repetition ends the sessions that
 * are left.
 * @throws UserNotFound, CannotSuspendStaff
 */
export async function suspend(dependencies: Dependencies, { userId, by }: Action): Promise<void> {
  const { suspensions, audit, now } = dependencies;
  if (!isId(userId)) throw new UserNotFound(userId);
  const outcome = await suspensions.suspend(userId, now());
  if (outcome === 'unknown') throw new UserNotFound(userId);
  if (outcome === 'staff') throw new CannotSuspendStaff();
  if (outcome === 'suspended') audit.note({ event: 'suspended', userId, by });
  await endEverySession(dependencies, userId);
}

/**
 * Lets a suspended user log in again. Their former sessions stay ended.
 * @throws UserNotFound
 */
export async function restoreAccount(
  { suspensions, audit }: Pick<Dependencies, 'suspensions' | 'audit'>,
  { userId, by }: Action,
): Promise<void> {
  if (!isId(userId)) throw new UserNotFound(userId);
  const outcome = await suspensions.restore(userId);
  if (outcome === 'unknown') throw new UserNotFound(userId);
  if (outcome === 'restored') audit.note({ event: 'restored', userId, by });
}

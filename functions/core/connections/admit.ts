import type { ProfileStore } from '../accounts/ports.ts';
import { isId } from '../ids.ts';

export type Verdict = 'admitted' | 'oneself' | 'unknown_user';

/** Whether a user may open a conversation with somebody; an empty `peerId` is a socket without a conversation. */
export async function admit(profiles: ProfileStore, userId: string, peerId: string): Promise<Verdict> {
  if (peerId === '') return 'admitted';
  if (peerId === userId) return 'oneself';
  if (!isId(peerId) || !(await profiles.profileOf(peerId))) return 'unknown_user';
  return 'admitted';
}

import type { Mentions } from './contract/http-types.ts';

/** Whether a message mentions a user, by name or with all. */
export function isMentioned(userId: string, { users = [], all }: Mentions = {}): boolean {
  return all === true || users.includes(userId);
}

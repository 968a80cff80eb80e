import { signal } from '@preact/signals';
import { tabStorage } from './chat.ts';

const KEY = 'parley.invitation';

/** The token of the invitation that was opened in this tab before the login. It survives a reload. */
export const waitingInvitation = (): string | undefined => tabStorage()?.getItem(KEY) ?? undefined;

export function keepInvitation(token: string): void {
  try {
    tabStorage()?.setItem(KEY, token);
  } catch {
    // The storage is full: a reload before the login loses it.
  }
}

export const forgetInvitation = (): void => tabStorage()?.removeItem(KEY);

/** The link to a group that was made with it, until the group shows it. */
export const firstLink = signal<{ readonly group: string; readonly token: string } | undefined>(undefined);

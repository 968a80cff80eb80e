import type { InboxItem } from '@parley/client';
import { computed, effect, signal } from '@preact/signals';
import { inbox, me, session } from './chat.ts';
import { paths } from './paths.ts';
import { go } from './route.ts';
import { isShown } from './screen.ts';

const KEY = 'parley.notify';

/** The id of the user who wants notifications on this device: what they get is nothing for whoever logs in next. */
const kept = (): string | null => {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
};
const keep = (userId: string | null): void => {
  wanting.value = userId;
  try {
    if (userId !== null) localStorage.setItem(KEY, userId);
    else localStorage.removeItem(KEY);
  } catch {}
};

export const areThere = 'Notification' in globalThis;
const permission = signal(areThere ? Notification.permission : 'denied');
const wanting = signal(kept());
const areWanted = computed(() => me.value !== undefined && wanting.value === me.value.id);

/** Whether notifications are shown, could be, or are refused by the browser. */
export const notifications = {
  get areOn(): boolean {
    return areWanted.value && permission.value === 'granted';
  },
  get areDenied(): boolean {
    return permission.value === 'denied';
  },
};

/** Asks the browser where it has not been asked; it asks only when somebody has just pressed something. */
export async function turnOn(): Promise<void> {
  if (permission.value !== 'granted') permission.value = await Notification.requestPermission();
  keep(permission.value === 'granted' ? (me.peek()?.id ?? null) : null);
}

export function turnOff(): void {
  keep(null);
  for (const id of open.keys()) close(id);
}

/** What is set in another tab, or in the browser's own settings, holds here too. */
function followSettings(): void {
  addEventListener('storage', ({ key }) => {
    if (key === KEY || key === null) wanting.value = kept();
  });
  // A session that the server ends takes nothing away: mostly the same person logs in again.
  effect(() => {
    const { state, user } = session.value;
    const isOver = state === 'out' || (user !== undefined && user.id !== wanting.peek());
    if (isOver && wanting.peek() !== null) keep(null);
  });
  if (!areThere) return;
  const look = () => {
    permission.value = Notification.permission;
  };
  navigator.permissions?.query({ name: 'notifications' }).then(
    (status) => {
      status.onchange = look;
    },
    // Some browsers tell nobody of it: who comes back from their settings comes back to the page.
    () => undefined,
  );
  isShown.subscribe(look);
}

/** The name of a lock that every page holds while it is shown: what the others know of it. */
const SHOWN = 'parley.shown';

function holdWhileShown(): void {
  if (!navigator.locks) return;
  effect(() => {
    if (!isShown.value) return undefined;
    const leaving = new AbortController();
    const { signal: left } = leaving;
    const until = new Promise<void>((resolve) => left.addEventListener('abort', () => resolve()));
    void navigator.locks.request(SHOWN, { mode: 'shared', signal: left }, () => until).catch(() => undefined);
    return () => leaving.abort();
  });
}

/** Whoever has the app before them in another window sees it there. */
async function isShownAnywhere(): Promise<boolean> {
  const { held = [] } = (await navigator.locks?.query().catch(() => undefined)) ?? {};
  return held.some(({ name }) => name === SHOWN);
}

/** The notifications that this page has shown, by conversation. */
const open = new Map<string, Notification>();

function close(id: string): void {
  open.get(id)?.close();
  open.delete(id);
}

const isUnread = (id: string) => inbox.items.peek().some((item) => item.id === id && item.unread > 0);

async function show({ id, peer, last }: InboxItem): Promise<void> {
  if ((await isShownAnywhere()) || !isUnread(id)) return;
  try {
    // The tag: one notification for a conversation, however many tabs there are.
    const shown = new Notification(peer.username, { body: last.text, tag: id, icon: '/icon.svg' });
    open.set(id, shown);
    shown.onclick = () => {
      window.focus();
      go(paths.conversation(peer.id));
      shown.close();
    };
  } catch {
    // Some browsers on phones let service workers alone notify.
  }
}

/**
 * Tells of what comes while another tab is before this one, until it is read, here or on another device, or the session is
 * over. What was there when the page came is no news.
 */
export function notifyOfNews(): void {
  holdWhileShown();
  followSettings();
  const told = new Map<string, number>();
  let isBegun = false;
  effect(() => {
    const items = inbox.items.value;
    if (!inbox.isLoaded.value) {
      told.clear();
      isBegun = false;
      for (const id of open.keys()) close(id);
      return;
    }
    for (const item of items) {
      const { id, last, unread } = item;
      if (unread === 0) close(id);
      const isNews = last.seq > (told.get(id) ?? (isBegun ? last.seq - 1 : last.seq));
      told.set(id, Math.max(last.seq, told.get(id) ?? 0));
      if (isNews && unread > 0 && last.senderId !== me.peek()?.id && !isShown.peek() && notifications.areOn) {
        void show(item);
      }
    }
    isBegun = true;
  });
}

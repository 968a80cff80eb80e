import type { InboxItem } from '@parley/client';
import { computed, effect, signal } from '@preact/signals';
import { inbox, me, session } from './chat.ts';
import { paths } from './paths.ts';
import { go } from './route.ts';
import { isShown } from './screen.ts';

const KEY = 'parley.notify';

/** The id of the user who wants notifications on this device. The setting must not apply to the next user. */
const stored = (): string | null => {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
};
const store = (userId: string | null): void => {
  wanting.value = userId;
  try {
    if (userId !== null) localStorage.setItem(KEY, userId);
    else localStorage.removeItem(KEY);
  } catch {}
};

export const areSupported = 'Notification' in globalThis;
const permission = signal(areSupported ? Notification.permission : 'denied');
const wanting = signal(stored());
const areWanted = computed(() => me.value !== undefined && wanting.value === me.value.id);

/** Whether notifications are on, and whether the browser blocks them. */
export const notifications = {
  get areOn(): boolean {
    return areWanted.value && permission.value === 'granted';
  },
  get areDenied(): boolean {
    return permission.value === 'denied';
  },
};

/** Asks for the browser's permission if necessary. Call it after a click or a key: otherwise browsers do not ask. */
export async function turnOn(): Promise<void> {
  if (permission.value !== 'granted') permission.value = await Notification.requestPermission();
  store(permission.value === 'granted' ? (me.peek()?.id ?? null) : null);
}

export function turnOff(): void {
  store(null);
  for (const id of open.keys()) close(id);
}

/** Follows changes in another tab and in the browser's settings. */
function followSettings(): void {
  addEventListener('storage', ({ key }) => {
    if (key === KEY || key === null) wanting.value = stored();
  });
  // The setting stays when the server ends the session, because usually the same user logs in again.
  effect(() => {
    const { state, user } = session.value;
    const isOver = state === 'out' || (user !== undefined && user.id !== wanting.peek());
    if (isOver && wanting.peek() !== null) store(null);
  });
  if (!areSupported) return;
  const update = () => {
    permission.value = Notification.permission;
  };
  navigator.permissions?.query({ name: 'notifications' }).then(
    (status) => {
      status.onchange = update;
    },
    // Some browsers do not report changes. Users who come back from the settings come back to the page.
    () => undefined,
  );
  isShown.subscribe(update);
}

/** Every page holds this shared lock while it is shown, so that other pages know. */
const SHOWN = 'parley.shown';

function holdWhileShown(): void {
  if (!navigator.locks) return;
  effect(() => {
    if (!isShown.value) return undefined;
    const releasing = new AbortController();
    const { signal } = releasing;
    const released = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    void navigator.locks.request(SHOWN, { mode: 'shared', signal }, () => released).catch(() => undefined);
    return () => releasing.abort();
  });
}

/** Another window may show the app: then no notification is needed. */
async function isShownAnywhere(): Promise<boolean> {
  const { held = [] } = (await navigator.locks?.query().catch(() => undefined)) ?? {};
  return held.some(({ name }) => name === SHOWN);
}

/** The notifications that this page has shown, by conversation. */
const open = new Map<string, { readonly shown: Notification; readonly last: InboxItem['last'] }>();

function close(id: string): void {
  open.get(id)?.shown.close();
  open.delete(id);
}

/** The notification shows what the message is now, which may have changed since it came. */
async function show(id: string): Promise<void> {
  if (await isShownAnywhere()) return;
  const item = inbox.all.peek().find((one) => one.id === id);
  if (item && item.unread > 0 && item.last.deletedAt === undefined) display(item);
}

function display(item: InboxItem): void {
  const { id, last } = item;
  const name = item.kind === 'group' ? item.title : item.peer.username;
  const path = item.kind === 'group' ? paths.group(id) : paths.conversation(item.peer.id);
  // The new text of a shown message makes no sound.
  const silent = open.get(id)?.last.seq === last.seq;
  try {
    // With the tag, a conversation has one notification, however many tabs there are.
    const shown = new Notification(name, { body: last.text, tag: id, icon: '/icon.svg', silent });
    open.set(id, { shown, last });
    shown.onclick = () => {
      window.focus();
      go(path);
      shown.close();
    };
    // A new text must not bring back what the user has closed.
    shown.onclose = () => {
      if (open.get(id)?.shown === shown) open.delete(id);
    };
  } catch {
    // Some phone browsers allow notifications only from service workers.
  }
}

/**
 * Shows a notification for each message that comes while the page is hidden. Closes it when the message is read, here
 * or on another device, when it is deleted, and when the session ends. Messages from before the page was loaded get none, and those
 * of muted conversations.
 */
export function showNotifications(): void {
  holdWhileShown();
  followSettings();
  /** The last `seq` of each conversation. */
  const known = new Map<string, number>();
  let hasStarted = false;
  effect(() => {
    const items = inbox.all.value;
    if (!inbox.isLoaded.value) {
      known.clear();
      hasStarted = false;
      for (const id of open.keys()) close(id);
      return;
    }
    for (const item of items) {
      const { id, last, unread, settings } = item;
      if (unread === 0 || last.deletedAt !== undefined) close(id);
      const told = open.get(id)?.last;
      if (told?.seq === last.seq && told.text !== last.text) display(item);
      const isNew = last.seq > (known.get(id) ?? (hasStarted ? last.seq - 1 : last.seq));
      known.set(id, Math.max(last.seq, known.get(id) ?? 0));
      const isMessage = last.senderId !== me.peek()?.id && last.event === undefined;
      const isTold = isMessage && settings.mutedUntil === null;
      if (isNew && unread > 0 && isTold && !isShown.peek() && notifications.areOn) void show(id);
    }
    hasStarted = true;
  });
}

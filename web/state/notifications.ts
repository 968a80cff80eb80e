import { effect, signal } from '@preact/signals';
import type { InboxItem } from '../../client/index.ts';
import { inbox, me } from './chat.ts';
import { paths } from './paths.ts';
import { go } from './route.ts';
import { isShown } from './screen.ts';

const KEY = 'parley.notify';

const kept = (): boolean => {
  try {
    return localStorage.getItem(KEY) === 'on';
  } catch {
    return false;
  }
};
const keep = (isOn: boolean): void => {
  try {
    if (isOn) localStorage.setItem(KEY, 'on');
    else localStorage.removeItem(KEY);
  } catch {}
};

export const areThere = 'Notification' in globalThis;
const permission = signal(areThere ? Notification.permission : 'denied');
const wanted = signal(kept());

/** Whether notifications are shown, could be, or are refused by the browser. */
export const notifications = {
  get areOn(): boolean {
    return wanted.value && permission.value === 'granted';
  },
  get areDenied(): boolean {
    return permission.value === 'denied';
  },
};

/** Asks the browser where it has not been asked; it asks only when somebody has just pressed something. */
export async function turnOn(): Promise<void> {
  if (permission.value !== 'granted') permission.value = await Notification.requestPermission();
  wanted.value = permission.value === 'granted';
  keep(wanted.value);
}

export function turnOff(): void {
  wanted.value = false;
  keep(false);
}

function show({ id, peer, last }: InboxItem): void {
  try {
    // The tag: one notification for a conversation, however many tabs there are.
    const shown = new Notification(peer.username, { body: last.text, tag: id, icon: '/icon.svg' });
    shown.onclick = () => {
      window.focus();
      go(paths.conversation(peer.id));
      shown.close();
    };
  } catch {
    // Some browsers on phones let service workers alone notify.
  }
}

/** Tells of what comes while another tab is before this one. What was there when the page came is no news. */
export function notifyOfNews(): void {
  const told = new Map<string, number>();
  let isBegun = false;
  effect(() => {
    const items = inbox.items.value;
    if (!inbox.isLoaded.value) {
      told.clear();
      isBegun = false;
      return;
    }
    for (const item of items) {
      const { id, last, unread } = item;
      const isNews = last.seq > (told.get(id) ?? (isBegun ? last.seq - 1 : last.seq));
      told.set(id, Math.max(last.seq, told.get(id) ?? 0));
      if (isNews && unread > 0 && last.senderId !== me.peek()?.id && !isShown.peek() && notifications.areOn) {
        show(item);
      }
    }
    isBegun = true;
  });
}

import { type Observable, observable } from '../observable.ts';

const OWN_EVERY_MS = 3_000;

/**
 * Typing in one conversation. That of another member is shown until it expires. The user's own is sent every 3 s at most.
 */
export function createTyping(send: () => Promise<unknown>, now: () => number) {
  /** The ids of the others who type, in the order in which they began. */
  const users = observable<readonly string[]>([]);
  const isTyping = observable(false);
  const expiries = new Map<string, ReturnType<typeof setTimeout>>();
  let sentAt = 0;

  const update = () => {
    const { value } = users;
    if (value.length !== expiries.size || value.some((id) => !expiries.has(id)))
      users.set([...expiries.keys()]);
    isTyping.set(expiries.size > 0);
  };
  const end = (user: string) => {
    clearTimeout(expiries.get(user));
    expiries.delete(user);
    update();
  };
  return {
    users: users as Observable<readonly string[]>,
    isTyping: isTyping as Observable<boolean>,
    begin(user: string, seconds: number): void {
      clearTimeout(expiries.get(user));
      expiries.set(
        user,
        setTimeout(() => end(user), seconds * 1000),
      );
      update();
    },
    end,
    endAll(): void {
      for (const user of expiries.keys()) end(user);
    },
    own(): void {
      const since = now() - sentAt;
      // If the clock was set back, send it all the same.
      if (since >= 0 && since < OWN_EVERY_MS) return;
      sentAt = now();
      // Losing it does no harm.
      void send().catch(() => undefined);
    },
  };
}

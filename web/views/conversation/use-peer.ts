import { ParleyError, type User } from '@parley/client';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { client, connection, inbox, me, people } from '../../state/chat.ts';

/** After a failure that passes. */
const AGAIN_MS = 5_000;

/** What an id looks like; an address that somebody made up must not become part of another path. */
const ID = /^[\w-]{1,64}$/;

/** Who an id belongs to: from what is there already, else the server is asked. Undefined until it is known. */
export function usePeer(userId: string): User | 'nobody' | undefined {
  const isPossible = ID.test(userId) && userId !== me.value?.id;
  const asked = useSignal<User | 'nobody' | undefined>(undefined);
  const known =
    inbox.items.value.find(({ peer }) => peer.id === userId)?.peer ??
    people.value.people.find(({ id }) => id === userId);
  const isWanted = isPossible && !known && asked.value === undefined;
  const failures = useSignal(0);
  const isOnline = connection.value === 'online';

  useEffect(() => {
    if (!isWanted) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    client.user(userId).then(
      (user) => {
        asked.value = user;
      },
      (error: unknown) => {
        if (error instanceof ParleyError && error.status === 404) asked.value = 'nobody';
        // Anything else passes; without a line it is asked when there is one.
        else if (isOnline) timer = setTimeout(() => (failures.value += 1), AGAIN_MS);
      },
    );
    return () => clearTimeout(timer);
  }, [isWanted, isOnline, userId, failures.value]);

  return isPossible ? (known ?? asked.value) : 'nobody';
}

import { ParleyError, type User } from '@parley/client';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { client, connection, inbox, me, people } from '../../state/chat.ts';

const RETRY_MS = 5_000;

/** The form of an id. A made-up address must not become part of another path. */
const ID = /^[\w-]{1,64}$/;

/** Finds the user of an id, from the lists or from the server. Undefined until it is known. */
export function usePeer(userId: string): User | 'nobody' | undefined {
  const isPossible = ID.test(userId) && userId !== me.value?.id;
  const fetched = useSignal<User | 'nobody' | undefined>(undefined);
  const known =
    inbox.all.value
      .flatMap((item) => (item.kind === 'pair' ? item.peer : []))
      .find(({ id }) => id === userId) ?? people.value.people.find(({ id }) => id === userId);
  const isWanted = isPossible && !known && fetched.value === undefined;
  const failures = useSignal(0);
  const isOnline = connection.value === 'online';

  useEffect(() => {
    if (!isWanted) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    client.user(userId).then(
      (user) => {
        fetched.value = user;
      },
      (error: unknown) => {
        if (error instanceof ParleyError && error.status === 404) fetched.value = 'nobody';
        // Any other error is temporary. Without a connection, the next connection repeats the request.
        else if (isOnline) timer = setTimeout(() => (failures.value += 1), RETRY_MS);
      },
    );
    return () => clearTimeout(timer);
  }, [isWanted, isOnline, userId, failures.value]);

  return isPossible ? (known ?? fetched.value) : 'nobody';
}

import type { User } from '@parley/client';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Avatar } from '../../parts/person.tsx';
import { SearchField } from '../../parts/search-field.tsx';
import { client, people } from '../../state/chat.ts';
import { errorText } from '../../state/error-texts.ts';
import { route } from '../../state/route.ts';
import { texts } from '../../texts.ts';

const words = texts.groups;

interface Props {
  /** The ids of those who are not offered. */
  readonly except: ReadonlySet<string>;
  readonly onPick: (user: User) => void;
  readonly isBusy?: boolean;
}

/** Finds people by the beginning of their names. A click, or Enter for the first of them, picks one. */
export function PersonPicker({ except, onPick, isBusy = false }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const query = useSignal('');
  const { people: found, isLoading, error, query: asked } = people.value;
  const isShown = query.value !== '' && asked === query.value;
  const offered = isShown && !error ? found.filter((person) => !except.has(person.id)) : [];
  const none = texts.people.none(query.value);
  const status = isLoading ? texts.people.loading : error ? errorText(error) : offered.length > 0 ? '' : none;

  useEffect(() => {
    // The view below may show the results of another search.
    const before = people.peek().query;
    return () => {
      if (route.peek().view === 'people' && people.peek().query !== before) client.people.search(before);
    };
  }, []);

  const search = (text: string) => {
    query.value = text;
    if (query.value !== '') client.people.search(query.value);
  };
  const pick = (user: User) => {
    if (isBusy) return;
    onPick(user);
    query.value = '';
    if (field.current) field.current.value = '';
    // The button disappears.
    field.current?.focus();
  };
  return (
    <div class="picker">
      <SearchField
        label={words.search}
        field={field}
        onSearch={search}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.isComposing) return;
          // The form is not sent by it.
          event.preventDefault();
          const [first] = offered;
          if (first && !isLoading) pick(first);
        }}
      />
      <p class="aside" role="status">
        {isShown && status}
      </p>
      {offered.length > 0 && (
        <ul class="people-list" aria-label={words.found}>
          {offered.map((person) => (
            <li key={person.id}>
              <Avatar user={person} />
              <bdi>{person.username}</bdi>
              <button
                type="button"
                aria-label={words.add(person.username)}
                aria-disabled={isBusy}
                onClick={() => pick(person)}
              >
                +
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { Avatar } from '../parts/person.tsx';
import { SearchField } from '../parts/search-field.tsx';
import { Bar, Heading, useTitle } from '../parts/view-head.tsx';
import { client, connection, me, people } from '../state/chat.ts';
import { errorText } from '../state/error-texts.ts';
import { paths } from '../state/paths.ts';
import { isTouch } from '../state/screen.ts';
import { texts } from '../texts.ts';

const words = texts.people;

/** All users, or those whose username begins with the query. */
export function People() {
  useTitle(words.title);
  const search = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => {
    // In a layout effect: before the user can type.
    client.people.search('');
    if (!isTouch.peek()) search.current?.focus();
  }, []);

  const { query, people: found, hasMore, isLoading } = people.value;
  // The query has a character that no username may have.
  const isImpossible = people.value.error?.code === 'validation_failed';
  const error = isImpossible ? undefined : people.value.error;
  const others = isImpossible ? [] : found.filter((person) => person.id !== me.value?.id);
  const isAny = others.length > 0;
  /** The list still shows the previous search. */
  const isOld = isLoading && !hasMore;
  const count = isAny ? (hasMore ? words.countAndMore : words.count)(others.length) : words.none(query);
  const status = isLoading ? words.loading : error ? '' : count;

  const isOnline = connection.value === 'online';
  useEffect(() => {
    // A search that failed without a connection is repeated with one.
    const last = people.peek();
    if (!isOnline || !last.error) return;
    if (last.hasMore) void client.people.more();
    else client.people.search(last.query);
  }, [isOnline]);

  const loadMore = async () => {
    const last = list.current?.querySelector('li:last-child');
    await client.people.more();
    // The button may disappear, so the first new row gets the focus.
    requestAnimationFrame(() => last?.nextElementSibling?.querySelector('a')?.focus());
  };
  return (
    <div class="view people">
      <Bar>
        <Heading focus={isTouch.value}>{words.title}</Heading>
      </Bar>
      <div class="page">
        <SearchField label={words.search} field={search} onSearch={(text) => client.people.search(text)} />
        <p class={isAny ? 'unseen' : 'aside'} role="status">
          {status}
        </p>
        {error && !hasMore && (
          <p class="refusal" role="alert">
            {errorText(error)}{' '}
            <button type="button" onClick={() => client.people.search(query)}>
              {texts.tryAgain}
            </button>
          </p>
        )}
        <ul ref={list} class={isOld ? 'found old' : 'found'} aria-label={words.found} aria-busy={isOld}>
          {others.map((person) => (
            <li key={person.id}>
              <a href={paths.conversation(person.id)}>
                <Avatar user={person} />
                <bdi>{person.username}</bdi>
              </a>
            </li>
          ))}
        </ul>
        {hasMore && (
          <div class="actions">
            <button type="button" aria-disabled={isLoading} onClick={() => void loadMore()}>
              {words.more}
            </button>
            {error && (
              <p class="error" role="alert">
                {errorText(error)}
              </p>
            )}
          </div>
        )}
      </div>
    </div>
  );
}

import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks';
import { Avatar } from '../parts/avatar.tsx';
import { Bar } from '../parts/bar.tsx';
import { Heading } from '../parts/heading.tsx';
import { client, connection, me, people } from '../state/chat.ts';
import { paths } from '../state/paths.ts';
import { words } from '../state/refusals.ts';
import { isTouch } from '../state/screen.ts';
import { useTitle } from '../state/title.ts';
import { texts } from '../texts.ts';

const said = texts.people;

/** Everybody, or those whose username begins with what is typed. */
export function People() {
  useTitle(said.title);
  const id = useId();
  const search = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => {
    // Before anybody can have typed something.
    client.people.search('');
    if (!isTouch.peek()) search.current?.focus();
  }, []);

  const { query, people: found, hasMore, isLoading } = people.value;
  // What no username has in it, none begins with.
  const isImpossible = people.value.error?.code === 'validation_failed';
  const error = isImpossible ? undefined : people.value.error;
  const others = isImpossible ? [] : found.filter((person) => person.id !== me.value?.id);
  const isAny = others.length > 0;
  /** What is shown is what was searched for before: a search begins without knowing of more. */
  const isOld = isLoading && !hasMore;
  const count = isAny ? (hasMore ? said.countAndMore : said.count)(others.length) : said.none(query);
  const status = isLoading ? said.loading : error ? '' : count;

  const isOnline = connection.value === 'online';
  useEffect(() => {
    // What was asked without a line is asked again with one.
    const asked = people.peek();
    if (!isOnline || !asked.error) return;
    if (asked.hasMore) void client.people.more();
    else client.people.search(asked.query);
  }, [isOnline]);

  const goOn = async () => {
    const last = list.current?.querySelector('li:last-child');
    await client.people.more();
    // The focus goes on to the first that is new: the button may be gone.
    requestAnimationFrame(() => last?.nextElementSibling?.querySelector('a')?.focus());
  };
  return (
    <div class="view people">
      <Bar>
        <Heading focus={isTouch.value}>{said.title}</Heading>
      </Bar>
      <div class="page">
        <div class="field">
          <label for={id}>{said.search}</label>
          <input
            id={id}
            ref={search}
            type="search"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            onInput={(event) => client.people.search(event.currentTarget.value.trim())}
          />
        </div>
        <p class={isAny ? 'unseen' : 'aside'} role="status">
          {status}
        </p>
        {error && !hasMore && (
          <p class="refusal" role="alert">
            {words(error)}{' '}
            <button type="button" onClick={() => client.people.search(query)}>
              {texts.tryAgain}
            </button>
          </p>
        )}
        <ul ref={list} class={isOld ? 'found old' : 'found'} aria-label={said.found} aria-busy={isOld}>
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
            <button type="button" aria-disabled={isLoading} onClick={() => void goOn()}>
              {said.more}
            </button>
            {error && (
              <p class="error" role="alert">
                {words(error)}
              </p>
            )}
          </div>
        )}
      </div>
    </div>
  );
}

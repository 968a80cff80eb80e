import { useEffect, useId, useRef } from 'preact/hooks';
import { Avatar } from '../parts/avatar.tsx';
import { Bar } from '../parts/bar.tsx';
import { Heading } from '../parts/heading.tsx';
import { client, me, people } from '../state/chat.ts';
import { paths } from '../state/paths.ts';
import { words } from '../state/refusals.ts';
import { isTouch } from '../state/screen.ts';
import { texts } from '../texts.ts';

const said = texts.people;

/** Everybody, or those whose username begins with what is typed. */
export function People() {
  const id = useId();
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => {
    client.people.search('');
    if (!isTouch.value) search.current?.focus();
  }, []);

  const { query, people: found, hasMore, isLoading, error } = people.value;
  const others = found.filter((person) => person.id !== me.value?.id);
  const count = isLoading || error ? '' : others.length > 0 ? said.count(others.length) : said.none(query);
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
        <p class={others.length > 0 || isLoading ? 'unseen' : 'aside'} role="status">
          {count}
        </p>
        {error && (
          <p class="refusal" role="alert">
            {words(error)}
          </p>
        )}
        <ul class="found" aria-label={said.found} aria-busy={isLoading}>
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
          <button type="button" onClick={() => void client.people.more()}>
            {said.more}
          </button>
        )}
      </div>
    </div>
  );
}

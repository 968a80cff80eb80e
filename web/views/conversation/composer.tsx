import type { Conversation } from '@parley/client';
import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { announce } from '../../parts/announcer.tsx';
import { Icon } from '../../parts/icon.tsx';
import { isBlank } from '../../state/blank.ts';
import { drafts } from '../../state/chat.ts';
import { isTouch } from '../../state/screen.ts';
import { texts } from '../../texts.ts';

const said = texts.conversation;

/** The server's own limit, in characters as people count them (openapi.yaml). */
const MOST_CHARACTERS = 4_000;
const SAID_FROM = 3_800;

interface Props {
  readonly talk: Conversation;
  readonly username: string;
  readonly onSend: () => void;
  readonly onLeave: () => void;
}

/** Where one writes. What is begun stays for when one comes back to the conversation. */
export function Composer({ talk, username, onSend, onLeave }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const text = useSignal(drafts.of(talk.id));
  const length = text.value.length < SAID_FROM ? 0 : [...text.value].length;
  const isTooLong = length > MOST_CHARACTERS;
  const isEmpty = isBlank(text.value);

  useEffect(() => {
    if (!isTouch.peek()) field.current?.focus({ preventScroll: true });
  }, []);
  useLayoutEffect(() => {
    const { current: area } = field;
    if (!area) return undefined;
    // As high as its text, not as what stands there without one; the style sheet has the bounds.
    const grow = () => {
      area.style.height = 'auto';
      const edges = area.offsetHeight - area.clientHeight;
      if (area.value) area.style.height = `${area.scrollHeight + edges}px`;
    };
    grow();
    addEventListener('resize', grow);
    return () => removeEventListener('resize', grow);
  }, [text.value]);

  const count = isTooLong ? said.tooLong(length - MOST_CHARACTERS) : said.left(MOST_CHARACTERS - length);
  const isCounted = length > 0;
  useEffect(() => {
    // Once, not at each key.
    if (isCounted) announce((isTooLong && texts.refusals.message_too_long) || count);
  }, [isCounted, isTooLong]);

  const write = (next: string) => {
    text.value = next;
    drafts.keep(talk.id, next);
  };
  const send = () => {
    if (isEmpty || isTooLong) return;
    talk.send(text.value.replace(/^\n+/, '').trimEnd());
    write('');
    onSend();
    field.current?.focus();
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={field}
        rows={1}
        value={text.value}
        dir="auto"
        aria-label={said.message}
        aria-invalid={isTooLong ? 'true' : undefined}
        aria-describedby={isCounted ? 'composer-count' : undefined}
        placeholder={username ? said.placeholder(username) : said.message}
        enterkeyhint={isTouch.value ? 'enter' : 'send'}
        onInput={({ currentTarget: { value } }) => {
          write(value);
          if (!isBlank(value)) talk.type();
        }}
        onKeyDown={(event) => {
          // While an input method composes a word, Enter and Escape are its own; Safari tells of its last one by 229 alone.
          if (event.isComposing || event.keyCode === 229) return;
          if (event.key === 'Escape') onLeave();
          if (event.key === 'Enter' && !event.shiftKey && !isTouch.value) {
            event.preventDefault();
            send();
          }
        }}
      />
      <button type="submit" class="main round" aria-label={said.send} aria-disabled={isEmpty || isTooLong}>
        <Icon name="send" />
      </button>
      {isCounted && (
        <p id="composer-count" class={isTooLong ? 'error' : 'hint'}>
          {count}
        </p>
      )}
    </form>
  );
}

import type { Conversation } from '@parley/client';
import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { announce } from '../../parts/announcer.tsx';
import { Icon } from '../../parts/icon.tsx';
import { drafts } from '../../state/chat.ts';
import { isBlank } from '../../state/error-texts.ts';
import { isTouch } from '../../state/screen.ts';
import { texts } from '../../texts.ts';

const words = texts.conversation;

/** The server's limit, in code points (openapi.yaml). */
const MAX_CHARACTERS = 4_000;
/** The number of characters is shown from here on. */
const COUNTED_FROM = 3_800;

interface Props {
  readonly talk: Conversation;
  readonly username: string;
  readonly onSend: () => void;
  readonly onLeave: () => void;
}

/** The field for a new message. Its draft stays when the user leaves the conversation. */
export function Composer({ talk, username, onSend, onLeave }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const text = useSignal(drafts.of(talk.id));
  const length = text.value.length < COUNTED_FROM ? 0 : [...text.value].length;
  const isTooLong = length > MAX_CHARACTERS;
  const isEmpty = isBlank(text.value);

  useEffect(() => {
    if (!isTouch.peek()) field.current?.focus({ preventScroll: true });
  }, []);
  useLayoutEffect(() => {
    const { current: area } = field;
    if (!area) return undefined;
    // As high as its text, but not as a long placeholder. The style sheet has the limits.
    const grow = () => {
      area.style.height = 'auto';
      const edges = area.offsetHeight - area.clientHeight;
      if (area.value) area.style.height = `${area.scrollHeight + edges}px`;
    };
    grow();
    addEventListener('resize', grow);
    return () => removeEventListener('resize', grow);
  }, [text.value]);

  const count = isTooLong ? words.tooLong(length - MAX_CHARACTERS) : words.left(MAX_CHARACTERS - length);
  const isCounted = length > 0;
  useEffect(() => {
    // Announced once, not at each key.
    if (isCounted) announce((isTooLong && texts.errors.message_too_long) || count);
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
        aria-label={words.message}
        aria-invalid={isTooLong ? 'true' : undefined}
        aria-describedby={isCounted ? 'composer-count' : undefined}
        placeholder={username ? words.placeholder(username) : words.message}
        enterkeyhint={isTouch.value ? 'enter' : 'send'}
        onInput={({ currentTarget: { value } }) => {
          write(value);
          if (!isBlank(value)) talk.type();
        }}
        onKeyDown={(event) => {
          // While an input method composes a word, it uses Enter and Escape. Safari marks the last key only by the code
          // 229.
          if (event.isComposing || event.keyCode === 229) return;
          if (event.key === 'Escape') onLeave();
          if (event.key === 'Enter' && !event.shiftKey && !isTouch.value) {
            event.preventDefault();
            send();
          }
        }}
      />
      <button type="submit" class="main round" aria-label={words.send} aria-disabled={isEmpty || isTooLong}>
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

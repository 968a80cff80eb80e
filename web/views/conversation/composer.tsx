import type { Conversation, Member } from '@parley/client';
import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { announce } from '../../parts/announcer.tsx';
import { Icon } from '../../parts/icon.tsx';
import { drafts, useObservable } from '../../state/chat.ts';
import { errorText, isBlank } from '../../state/error-texts.ts';
import { isTouch } from '../../state/screen.ts';
import { texts } from '../../texts.ts';
import { EditLine } from './edit-line.tsx';
import { mentionsIn } from './mentions.ts';
import { beginEdit, type Edited, lastOwn } from './message-actions.ts';
import { NAME_LIST, NameList, optionId } from './name-list.tsx';
import type { Names } from './names.ts';
import { ReplyLine } from './reply-line.tsx';
import { useCompletion } from './use-completion.ts';

const words = texts.conversation;

/** The server's limit, in code points (openapi.yaml). */
const MAX_CHARACTERS = 4_000;
/** The number of characters is shown from here on. */
const COUNTED_FROM = 3_800;

const NOBODY: readonly Member[] = [];

interface Props {
  readonly talk: Conversation;
  /** Of the other user, or of the group. Empty until it is known. */
  readonly name: string;
  readonly names: Names;
  /** The message whose text the field holds, in place of a new one. */
  readonly editing: Signal<Edited | undefined>;
  /** The `seq` of the message that the new one answers. */
  readonly answered: Signal<number | undefined>;
  readonly onSend: () => void;
  readonly onLeave: () => void;
}

/**
 * The field for a new message, or for the text of a message that the user edits. The draft stays meanwhile, and when the
 * user leaves the conversation.
 */
export function Composer({ talk, name, names, editing, answered, onSend, onLeave }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const text = useSignal(drafts.of(talk.id));
  const length = text.value.length < COUNTED_FROM ? 0 : [...text.value].length;
  const isTooLong = length > MAX_CHARACTERS;
  const error = useSignal<string | undefined>(undefined);
  const messages = useObservable(talk.messages);
  const members = useObservable(talk.members);
  const { value: edited } = editing;
  const present = edited && messages.find(({ key }) => key === edited.key);
  // An edit comes first. The answer is written after it.
  const replyTo = edited ? undefined : answered.value;
  const isDisabled = isBlank(text.value) || isTooLong || present?.deletedAt !== undefined;

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

  useLayoutEffect(() => {
    const { current: area } = field;
    if (!area || !present) return undefined;
    // At once, because the cursor is set behind it.
    area.value = text.value = present.refusedText ?? present.text;
    if (document.activeElement === area) announce(texts.changes.editing);
    else area.focus({ preventScroll: true });
    area.setSelectionRange(area.value.length, area.value.length);
    return () => {
      text.value = drafts.of(talk.id);
      error.value = undefined;
    };
  }, [edited?.key]);
  useLayoutEffect(() => {
    const { current: area } = field;
    if (replyTo === undefined || !area) return;
    // On focus, screen readers read the line above the field.
    if (document.activeElement === area)
      announce(texts.replies.to(names.of(messages.find(({ seq }) => seq === replyTo)?.senderId ?? '')));
    else area.focus({ preventScroll: true });
  }, [replyTo]);
  useEffect(
    () => () => {
      editing.value = answered.value = undefined;
    },
    [editing, answered],
  );

  const count = isTooLong ? words.tooLong(length - MAX_CHARACTERS) : words.left(MAX_CHARACTERS - length);
  const isCounted = length > 0;
  useEffect(() => {
    // Announced once, not at each key.
    if (isCounted) announce((isTooLong && texts.errors.message_too_long) || count);
  }, [isCounted, isTooLong]);

  const write = (next: string) => {
    text.value = next;
    error.value = undefined;
    if (!edited) drafts.keep(talk.id, next);
  };
  const completion = useCompletion({
    ...{ field, text, write, ownId: names.ownId },
    // An edit keeps whom the message mentions.
    members: edited ? NOBODY : members,
  });
  const send = () => {
    const written = text.value.replace(/^\n+/, '').trimEnd();
    if (edited) return save(edited.key, written);
    talk.send(written, { replyTo, mentions: mentionsIn(written, members) });
    answered.value = undefined;
    write('');
    onSend();
  };
  const save = (key: string, written: string) => {
    const isSame = present?.text === written && present.state !== 'failed';
    try {
      if (!isSame) talk.edit(key, written);
      editing.value = undefined;
    } catch (reason) {
      error.value = errorText(reason);
    }
  };
  const submit = () => {
    if (isDisabled) return;
    completion.close();
    send();
    field.current?.focus();
  };
  const cancel = () => {
    if (edited) editing.value = undefined;
    else answered.value = undefined;
    field.current?.focus();
  };
  const editLast = (event: Event) => {
    const last = lastOwn(messages);
    if (!last) return;
    // Otherwise the cursor would move to the beginning of the text.
    event.preventDefault();
    editing.value = beginEdit(last);
  };
  const described = [
    edited && 'edit-line',
    replyTo !== undefined && 'reply-line',
    isCounted && 'composer-count',
    error.value && 'composer-error',
  ];

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {edited && <EditLine edited={edited} present={present} onCancel={cancel} />}
      {replyTo !== undefined && (
        <ReplyLine key={replyTo} talk={talk} seq={replyTo} names={names} onCancel={cancel} />
      )}
      {completion.names.length > 0 && (
        <NameList names={completion.names} chosen={completion.chosen} onTake={completion.take} />
      )}
      <textarea
        ref={field}
        rows={1}
        value={text.value}
        dir="auto"
        aria-label={edited ? texts.changes.message : words.message}
        aria-autocomplete={names.isGroup ? 'list' : undefined}
        aria-controls={completion.names.length > 0 ? NAME_LIST : undefined}
        aria-activedescendant={completion.names.length > 0 ? optionId(completion.chosen) : undefined}
        aria-invalid={isTooLong ? 'true' : undefined}
        aria-describedby={described.filter(Boolean).join(' ') || undefined}
        placeholder={edited ? texts.changes.message : name ? words.placeholder(name) : words.message}
        enterkeyhint={isTouch.value ? 'enter' : 'send'}
        onInput={({ currentTarget: { value } }) => {
          write(value);
          completion.follow();
          if (!edited && !isBlank(value)) talk.type();
        }}
        onBlur={completion.close}
        onKeyDown={(event) => {
          // While an input method composes a word, it uses Enter and Escape. Safari marks the last key only by the code
          // 229.
          if (event.isComposing || event.keyCode === 229) return;
          if (!event.shiftKey && completion.press(event.key)) {
            event.preventDefault();
            return;
          }
          if (event.key === 'Escape') (edited || replyTo !== undefined ? cancel : onLeave)();
          if (event.key === 'ArrowUp' && !edited && text.value === '') editLast(event);
          if (event.key === 'Enter' && !event.shiftKey && !isTouch.value) {
            event.preventDefault();
            submit();
          }
        }}
      />
      <button
        type="submit"
        class="main round"
        aria-label={edited ? texts.changes.save : words.send}
        aria-disabled={isDisabled}
      >
        <Icon name={edited ? 'check' : 'send'} />
      </button>
      {isCounted && (
        <p id="composer-count" class={isTooLong ? 'error' : 'hint'}>
          {count}
        </p>
      )}
      {error.value && (
        <p id="composer-error" class="error" role="alert">
          {error.value}
        </p>
      )}
    </form>
  );
}

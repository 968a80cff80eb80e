import type { Member } from '@parley/client';
import { type Signal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import { announce } from '../../parts/announcer.tsx';
import { texts } from '../../texts.ts';
import { type Completion, completionOf } from './mentions.ts';

interface Options {
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly text: Signal<string>;
  /** Empty in a conversation of two, where nobody is mentioned. */
  readonly members: readonly Member[];
  readonly ownId: string;
  readonly write: (text: string) => void;
}

/** The names that the field offers while the user writes one. */
export function useCompletion({ field, text, members, ownId, write }: Options) {
  const offered = useSignal<Completion | undefined>(undefined);
  const chosen = useSignal(0);
  const count = offered.value?.names.length ?? 0;
  useEffect(() => {
    if (count > 0) announce(texts.mentions.offered(count));
  }, [count]);

  const close = () => {
    offered.value = undefined;
  };
  const follow = () => {
    const { current: area } = field;
    const isBare = area?.selectionStart === area?.selectionEnd;
    offered.value =
      area && isBare ? completionOf(text.peek(), area.selectionStart, members, ownId) : undefined;
    chosen.value = 0;
  };
  // They may come while the user writes.
  useEffect(() => {
    if (document.activeElement === field.current) follow();
  }, [members]);
  const take = (name: string) => {
    const { current: area } = field;
    const { value: completion } = offered;
    if (!area || !completion) return;
    const written = `@${name} `;
    const rest = area.value.slice(area.selectionStart).replace(/^ /, '');
    // At once, because the cursor is set in it.
    area.value = area.value.slice(0, completion.from) + written + rest;
    const cursor = completion.from + written.length;
    area.focus();
    area.setSelectionRange(cursor, cursor);
    write(area.value);
    close();
  };
  /** @returns whether the list has used the key */
  const press = (key: string): boolean => {
    const { value: completion } = offered;
    if (!completion) return false;
    const { names } = completion;
    if (key === 'ArrowDown') chosen.value = (chosen.value + 1) % names.length;
    else if (key === 'ArrowUp') chosen.value = (chosen.value + names.length - 1) % names.length;
    else if (key === 'Enter' || key === 'Tab') take(names[chosen.value] ?? '');
    else if (key === 'Escape') close();
    else return false;
    return true;
  };
  return { names: offered.value?.names ?? [], chosen: chosen.value, follow, close, take, press };
}

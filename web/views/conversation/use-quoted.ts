import type { Conversation } from '@parley/client';
import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useCallback, useRef } from 'preact/hooks';
import { texts } from '../../texts.ts';
import { menuButton } from './message-buttons.ts';
import type { createScrollPosition } from './scroll-position.ts';

const words = texts.replies;

/** So long an outline shows which message it is. */
const MARKED_MS = 2_000;

/** Scrolls to the message that an answer quotes, and loads it before if that is necessary. */
export function useQuoted(
  talk: Conversation,
  list: RefObject<HTMLElement | null>,
  scroll: RefObject<ReturnType<typeof createScrollPosition> | undefined>,
) {
  const wanted = useRef<number | undefined>(undefined);
  /** Why it could not be shown. */
  const failure = useSignal<string | undefined>(undefined);

  const follow = useCallback(() => {
    if (wanted.current === undefined) return;
    const row = list.current?.querySelector<HTMLElement>(`[data-seq="${wanted.current}"]`);
    if (!row) return;
    wanted.current = undefined;
    scroll.current?.show(row);
    const bubble = row.querySelector<HTMLElement>('.bubble');
    // Keyboards go on from there.
    (menuButton(row) ?? bubble)?.focus({ preventScroll: true });
    bubble?.animate([{ outline: '3px solid var(--accent)' }, { outline: '3px solid transparent' }], {
      duration: MARKED_MS,
      easing: 'ease-in',
    });
  }, [list, scroll]);

  const show = useCallback(
    (seq: number) => {
      failure.value = undefined;
      wanted.current = seq;
      follow();
      if (wanted.current === undefined) return;
      const fail = (text: string) => {
        if (wanted.current !== seq) return;
        wanted.current = undefined;
        failure.value = text;
      };
      talk.loadBackTo(seq).then(
        (isHeld) => {
          if (!isHeld) fail(words.tooOld);
        },
        () => fail(words.failed),
      );
    },
    [talk, follow, failure],
  );

  return { show, follow, failure };
}

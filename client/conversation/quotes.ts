import type { StoredMessage } from '../contract/http-types.ts';
import { type Changeable, type Observable, observable } from '../observable.ts';
import type { Retry } from '../retry.ts';
import { newest } from './log.ts';
import type { LogReader } from './log-reader.ts';
import { isSame, type Message } from './message.ts';

/** Undefined as long as nobody knows whether the message exists; null if it does not. */
type Quoted = Message | null | undefined;

type ShownAs = (message: StoredMessage) => Message;

interface Options {
  readonly reader: LogReader;
  readonly retry: Retry;
  /** The message of the list, if it is loaded. */
  readonly loadedAt: (seq: number) => Message | undefined;
  /** How stored messages show now. */
  readonly shownNow: () => ShownAs;
}

interface Quote {
  readonly handle: Observable<Quoted>;
  readonly view: Changeable<Quoted>;
  update(shownAs: ShownAs): void;
  again(): void;
  forget(): void;
}

const never = () => false;

/**
 * Single messages, loaded or not, as they are now. Each is kept as long as somebody subscribes to it. One that is not loaded is
 * fetched once, and again when the log has begun anew. In between, frames and `sync` tell its changes, as those of all messages.
 */
export function createQuotes({ reader, retry, loadedAt, shownNow }: Options) {
  const followed = new Map<number, Quote>();

  const follow = (seq: number, handle: Observable<Quoted>): Quote => {
    const view = observable<Quoted>(loadedAt(seq));
    /** Its newest known state. */
    let stored: StoredMessage | null | undefined;
    /** Whether it was asked for since the log has begun. */
    let isAsked = never;
    let hasFailed = false;

    const show = (shownAs: ShownAs) => {
      const told = reader.log.at(seq);
      if (told) stored = newest(told, stored);
      const next = loadedAt(seq) ?? (stored && shownAs(stored));
      if (!next || !isSame(view.value ?? undefined, next)) view.set(next);
    };

    const ask = async () => {
      const isCurrent = reader.sinceNow();
      isAsked = isCurrent;
      hasFailed = false;
      let isAnswered = false;
      const isWanted = () => isAsked === isCurrent && isCurrent() && followed.get(seq)?.view === view;
      const fetch = async () => {
        const found = await reader.fetchOne(seq);
        if (!isWanted()) return;
        isAnswered = true;
        stored = found ? newest(found, stored) : null;
        show(shownNow());
      };
      await retry.persist(fetch, isWanted);
      if (isAsked === isCurrent) hasFailed = !isAnswered;
    };

    const update = (shownAs: ShownAs) => {
      show(shownAs);
      if (reader.log.isCurrent && !loadedAt(seq) && !isAsked()) void ask();
    };

    return {
      handle,
      view,
      update,
      again(): void {
        if (hasFailed) isAsked = never;
        update(shownNow());
      },
      forget(): void {
        stored = undefined;
      },
    };
  };

  return {
    at(seq: number): Observable<Quoted> {
      const handle: Observable<Quoted> = {
        get value() {
          const one = followed.get(seq);
          return one ? one.view.value : loadedAt(seq);
        },
        subscribe(listener) {
          const one = followed.get(seq) ?? follow(seq, handle);
          if (!one.view.isFollowed) {
            followed.set(seq, one);
            one.update(shownNow());
          }
          const end = one.view.subscribe(listener);
          return () => {
            end();
            if (!one.view.isFollowed && followed.get(seq) === one) followed.delete(seq);
          };
        },
      };
      // The same object as long as it is followed, as for all observables.
      return followed.get(seq)?.handle ?? handle;
    },
    /** Messages, receipts, or what waits have changed. */
    render(shownAs: ShownAs): void {
      for (const one of followed.values()) one.update(shownAs);
    },
    /** There is a new connection: asks for what could not be fetched. */
    again(): void {
      for (const one of followed.values()) one.again();
    },
    /** The log is empty. */
    forget(): void {
      for (const one of followed.values()) one.forget();
    },
  };
}

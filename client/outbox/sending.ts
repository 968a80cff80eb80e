import type { Action, Frame } from '../contract/frame-types.ts';
import type { StoredMessage } from '../contract/http-types.ts';
import { hasCode, mayPass, ParleyError } from '../errors.ts';
import { notOwn, peerIn } from '../ids.ts';
import { type Pauses, pauseAfter } from '../retrying/pauses.ts';
import type { Unsent } from './outbox-store.ts';

/** What is done with what waits; of all it is the outbox that knows. */
interface Waiting {
  /** The first of a conversation that nobody has refused. */
  next(conversation: string): Unsent | undefined;
  get(clientId: string): Unsent | undefined;
  /** As it is kept by now; undefined when it waits no more. */
  latest(unsent: Unsent): Promise<Unsent | undefined>;
  keep(unsent: Unsent): Promise<void>;
  acknowledge(message: StoredMessage): boolean;
}

export interface SendingOptions {
  readonly isOnline: () => boolean;
  /** When it resolves, the reply has been acknowledged. */
  readonly request: (action: Action) => Promise<Frame>;
  /** The last `seq` that this device holds of a conversation. */
  readonly lastOf: (conversation: string) => Promise<number>;
  /** The last `seq` that there is. */
  readonly newestOf: (conversation: string) => Promise<number>;
  /** Everything behind a `seq`, page by page. */
  readonly behind: (conversation: string, after: number) => AsyncIterable<readonly StoredMessage[]>;
  readonly random: () => number;
  readonly pauses: Pauses;
}

/** What a fault of the server's own does not mend in so many tries, it does not mend. */
const TRIES_OF_A_FAULT = 8;
/** API Gateway closes a socket on which a frame of more than 32 KB comes: it would be tried for ever. */
const MOST_BYTES = 30_000;

/**
 * Messages leave one by one in each conversation, since API Gateway does not keep the order of frames in flight. Each is
 * tried with the same `client_id` and `after` until the server has stored or refused it, by all tabs that know of it.
 */
export function createSending(waiting: Waiting, options: SendingOptions) {
  const { isOnline, request, lastOf, newestOf, behind, random, pauses } = options;
  const busy = new Set<string>();
  /** Counts users: what was begun for another one goes no further. */
  let era = 0;

  const replace = async (next: Unsent) => {
    if (await waiting.latest(next)) await waiting.keep(next);
  };

  /**
   * With `after`: this tab's, unless another one was faster. Determined first and read then: who finds none that is kept has
   * not been overtaken, so that whichever tab tries first, all that follow look for it from where it can be. It cannot be in
   * front of what was shown when it was written.
   */
  const prepared = async (unsent: Unsent) => {
    const after = unsent.after ?? unsent.read ?? (await lastOf(unsent.conversation));
    const kept = await waiting.latest(unsent);
    if (!kept) return undefined;
    if (kept.after === undefined) await waiting.keep({ ...unsent, after });
    return { unsent: { after, ...kept }, isUntried: kept.after === undefined };
  };

  /** So much was said since the first try that the server does not look for it: what was said, is read. */
  const lookBehind = async (unsent: Unsent) => {
    let last = unsent.after ?? 0;
    for await (const messages of behind(unsent.conversation, last)) {
      if (messages.filter(waiting.acknowledge).length > 0 && !waiting.get(unsent.clientId)) return;
      last = messages.at(-1)?.seq ?? last;
    }
    await replace({ ...unsent, after: last });
  };

  const send = async ({ clientId: client_id, conversation, userId, text, after = 0, read = 0 }: Unsent) => {
    if (new TextEncoder().encode(JSON.stringify(text)).length > MOST_BYTES) {
      throw new ParleyError('validation_failed', 'The message is too long.');
    }
    const to = peerIn(conversation, userId);
    if (to === undefined) throw notOwn();
    // `after` may be raised, or be that of another tab: it says nothing of what was seen.
    await request({ action: 'message.send', to, text, client_id, after, read });
    if (waiting.get(client_id)) throw new Error('The server did not answer for it.');
  };

  const pump = async (conversation: string): Promise<void> => {
    const mine = era;
    if (busy.has(conversation)) return;
    busy.add(conversation);
    const isWanted = () => isOnline() && mine === era;
    let failures = 0;
    for (let head = waiting.next(conversation); head && isWanted(); head = waiting.next(conversation)) {
      const { clientId } = head;
      let isUntried = false;
      try {
        const next = await prepared(head);
        if (!next || mine !== era) continue;
        isUntried = next.isUntried;
        await send(next.unsent);
        failures = 0;
      } catch (error) {
        const unsent = waiting.get(clientId);
        if (mine !== era || !unsent) continue;
        failures += 1;
        const { code, message, errors } = error as Partial<ParleyError>;
        const isFault = hasCode(error, 'internal') && failures >= TRIES_OF_A_FAULT;
        if (hasCode(error, 'after_invalid') && failures < TRIES_OF_A_FAULT) {
          // What was never tried before is not in the log.
          const mend = isUntried
            ? newestOf(conversation).then((after) => replace({ ...unsent, after }))
            : lookBehind(unsent);
          await mend.catch(() => undefined);
        } else if (!mayPass(error) || isFault) {
          // It has one field: what is wrong with that says more.
          const detail = errors?.text?.[0] ?? message ?? '';
          await replace({ ...unsent, reason: { code: code ?? '', detail } });
          failures = 0;
          continue;
        }
        // The line comes back with all that waits; meanwhile there is nothing to wait for.
        if (!isWanted()) continue;
        await pauseAfter(error, failures, { random, pauses });
      }
    }
    if (mine === era) busy.delete(conversation);
  };

  return {
    pump,
    reset(): void {
      era += 1;
      busy.clear();
    },
  };
}

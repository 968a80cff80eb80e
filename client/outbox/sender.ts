import type { Action, Frame, MessageResult, MessagesSent } from '../contract/frame-types.ts';
import type { StoredMessage } from '../contract/http-types.ts';
import type { History } from '../conversation/history.ts';
import { hasCode, mayPass, notMember, ParleyError } from '../errors.ts';
import { canBeIn, peerIn } from '../ids.ts';
import type { Retry } from '../retry.ts';
import type { Reason, Unsent } from './outbox-store.ts';

/** The part of the outbox that sending needs. */
interface Waiting {
  /** The messages of a conversation that were not refused, in order. */
  ready(conversation: string): readonly Unsent[];
  get(clientId: string): Unsent | undefined;
  /** Changes the stored version. Resolves with undefined if the message no longer waits. */
  update(unsent: Unsent, next: (stored: Unsent) => Unsent): Promise<Unsent | undefined>;
  acknowledge(message: StoredMessage): boolean;
}

export interface SenderOptions {
  readonly isOnline: () => boolean;
  /** When it resolves, the outbox has processed the reply. */
  readonly request: (action: Action) => Promise<Frame>;
  /** The last `seq` of a conversation that this device knows. */
  readonly lastKnown: (conversation: string) => Promise<number>;
  readonly history: History;
  readonly retry: Retry;
}

/** After so many internal errors, what was sent counts as refused. */
const MAX_FAULTS = 8;

/** Whether it is given up after so many failures. Everything else may pass, and is tried again. */
export function isRefusal(error: unknown, failures: number): boolean {
  return !mayPass(error) || (hasCode(error, 'internal') && failures >= MAX_FAULTS);
}

/** API Gateway closes a socket that gets a frame of more than 32 KB. A longer message would be retried without end. */
const MAX_BYTES = 30_000;
/** The server's limits of a frame with several messages. */
const MAX_MESSAGES = 20;
const MAX_BYTES_OF_ALL = 24 * 1024;

const bytesOf = (...values: readonly unknown[]) =>
  values.reduce<number>(
    (sum, value) => sum + (value === undefined ? 0 : new TextEncoder().encode(JSON.stringify(value)).length),
    0,
  );

/** @throws ParleyError `validation_failed` if no frame can have this text and what belongs to it */
export function requireFitting(...values: readonly unknown[]): void {
  if (bytesOf(...values) > MAX_BYTES) throw new ParleyError('validation_failed', 'The message is too long.');
}

/** Why the server refused something. */
export function explained(error: unknown): Reason {
  const { code = '', message = '', errors } = error as Partial<ParleyError>;
  // The error of its only field says more.
  return {
    code,
    detail: (errors?.text ?? errors?.emoji ?? errors?.mentions ?? errors?.custom)?.[0] ?? message,
  };
}

/** The first messages, as many as one frame can have; at least one. */
function fitting(all: readonly Unsent[]): readonly Unsent[] {
  let bytes = 0;
  const end = all.findIndex((one, i) => {
    bytes += bytesOf(one.text, one.mentions, one.custom);
    return bytes > MAX_BYTES_OF_ALL || i === MAX_MESSAGES;
  });
  return end < 0 ? all : all.slice(0, Math.max(1, end));
}

/**
 * Sends one frame at a time in each conversation, since API Gateway does not keep the order of frames in flight. It has all that
 * waits, or as much as fits. All tabs retry a message with the same `client_id` and `after`, or one before it, until the server
 * has stored or refused it.
 */
export function createSender(waiting: Waiting, options: SenderOptions) {
  const { isOnline, request, lastKnown, history, retry } = options;
  const busy = new Set<string>();
  /** Counts users: work that began for an earlier user stops. */
  let generation = 0;

  const replace = (next: Unsent) => waiting.update(next, () => next);

  /**
   * Adds `after`: this tab's, unless another tab has stored one. This tab determines its own first, and stores it if there is none,
   * in one step. So all attempts look for the message from a place before it. The message cannot be in front of what was on
   * the screen when it was written.
   */
  const prepared = async (unsent: Unsent) => {
    const after = unsent.after ?? unsent.read ?? (await lastKnown(unsent.conversation));
    let isUntried = false;
    const next = await waiting.update(unsent, (stored) => {
      isUntried = stored.after === undefined;
      // With its text of now: the user may have edited it since it was stored.
      return isUntried ? { ...unsent, after } : stored;
    });
    return next && { unsent: next, isUntried };
  };

  /** The log has grown too much since the first attempt for the server to search it, so this searches it. */
  const searchLog = async (unsent: Unsent) => {
    let last = unsent.after ?? 0;
    for await (const messages of history.after(unsent.conversation, last)) {
      if (messages.filter(waiting.acknowledge).length > 0 && !waiting.get(unsent.clientId)) return;
      last = messages.at(-1)?.seq ?? last;
    }
    await replace({ ...unsent, after: last });
  };

  /** Returns the result of the message that the server has refused, if it has refused one of several. */
  const send = async (frame: readonly Unsent[]): Promise<MessageResult | undefined> => {
    const [first] = frame as [Unsent];
    const { clientId: client_id, conversation, userId, text, mentions, custom } = first;
    requireFitting(text, mentions, custom);
    if (!canBeIn(conversation, userId)) throw notMember();
    const to = peerIn(conversation, userId);
    const target = to === undefined ? { conversation } : { to };
    // `read` is sent too, because `after` may come from another tab or have been raised.
    const after = Math.min(...frame.map((one) => one.after ?? 0));
    const messages = frame.map((one) => ({
      client_id: one.clientId,
      text: one.text,
      read: one.read ?? 0,
      ...(one.replyTo !== undefined && { reply_to: one.replyTo }),
      ...(one.mentions && { mentions: one.mentions }),
      ...(one.custom && { custom: one.custom }),
    }));
    const content = frame.length > 1 ? { messages } : messages[0];
    const reply = await request({ action: 'message.send', ...target, ...content, after });
    const { results = [] } = reply as Partial<MessagesSent>;
    if (results[0]?.status !== 'refused' && waiting.get(client_id)) throw new Error('Not acknowledged.');
    return results.find(({ status }) => status === 'refused');
  };

  const pump = async (conversation: string): Promise<void> => {
    const mine = generation;
    if (busy.has(conversation)) return;
    busy.add(conversation);
    const isWanted = () => isOnline() && mine === generation;
    let failures = 0;
    /** The server refuses the frame, not one of its messages. The first one goes alone, so that an error is its own. */
    let isAlone = false;
    for (
      let all = waiting.ready(conversation);
      all.length > 0 && isWanted();
      all = waiting.ready(conversation)
    ) {
      /** The message that an error is about. */
      let clientId = all[0]?.clientId ?? '';
      let isAboutAll = false;
      const untried = new Set<string>();
      try {
        const frame: Unsent[] = [];
        for (const unsent of isAlone ? all.slice(0, 1) : fitting(all)) {
          const next = await prepared(unsent);
          if (next?.isUntried) untried.add(unsent.clientId);
          if (next) frame.push(next.unsent);
        }
        if (mine !== generation || !frame[0]) continue;
        clientId = frame[0].clientId;
        isAboutAll = frame.length > 1;
        const refused = await send(frame);
        isAboutAll = false;
        isAlone = false;
        // If the first one was refused, nothing was stored.
        if (refused?.client_id !== clientId) failures = 0;
        if (!refused) continue;
        clientId = refused.client_id;
        const { code = '', detail = '', retry_after: retryAfter } = refused;
        throw new ParleyError(code, detail, { retryAfter });
      } catch (error) {
        const unsent = waiting.get(clientId);
        if (mine !== generation || !unsent) continue;
        failures += 1;
        if (isAboutAll && isRefusal(error, failures)) {
          isAlone = true;
          failures = 0;
          continue;
        }
        if (hasCode(error, 'after_invalid') && failures < MAX_FAULTS) {
          // A message that was never sent before is not in the log.
          const correction = untried.has(clientId)
            ? history.last(conversation).then((after) => replace({ ...unsent, after }))
            : searchLog(unsent);
          await correction.catch(() => undefined);
        } else if (isRefusal(error, failures)) {
          await replace({ ...unsent, reason: explained(error) });
          failures = 0;
          isAlone = false;
          continue;
        }
        // The next connection sends all that waits.
        if (!isWanted()) continue;
        await retry.pause(error, failures);
      }
    }
    if (mine === generation) busy.delete(conversation);
  };

  return {
    pump,
    reset(): void {
      generation += 1;
      busy.clear();
    },
  };
}

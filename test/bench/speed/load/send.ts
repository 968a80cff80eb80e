import { randomUUID } from 'node:crypto';
import type { Frame, LoadSocket } from './socket.ts';

/** One sender and those that see their messages. */
export interface Line {
  readonly sender: LoadSocket;
  readonly receivers: readonly LoadSocket[];
  /** Where the messages go: the id of a user or of a group. */
  readonly address: { readonly to: string } | { readonly conversation: string };
}

export interface Shape {
  readonly messages: number;
  /** How many frames of the sender are without an answer at any time. */
  readonly window: number;
  /** 1: a message is a frame of its own. */
  readonly perFrame: number;
}

/** A message on its way. Times are in ms. */
export interface Sent {
  readonly text: string;
  readonly clientId: string;
  readonly sentAt: number;
  ackedAt: number | undefined;
  /** When the first receiver had it, and when the last one. */
  firstSeenAt: number | undefined;
  seenAt: number | undefined;
  /** How many receivers have it. */
  seen: number;
}

export interface Sending {
  readonly sent: readonly Sent[];
  /** Messages that were refused and sent again. */
  readonly refusals: number;
  /** Messages that got no answer in time and were sent again. */
  readonly unanswered: number;
}

const TEXT_LENGTH = 200;
const REFUSED_WAIT_MS = 100;
/** After these a client tries again. */
const PASSING = new Set(['busy', 'unavailable', 'internal']);
/** API Gateway gives a frame up after 29 seconds, and does not say which one. */
const ANSWER_MS = 30_000;

/**
 * Sends messages until each is acknowledged and seen by all receivers. A message that is refused or gets no answer is sent again, with its `client_id`.
 * The lines of a load run side by side.
 *
 * @throws Error if the server limits senders, or if the deadline passes
 */
export function send(line: Line, shape: Shape, deadline: AbortSignal): Promise<Sending> {
  const { sender, receivers, address } = line;
  const { messages, window, perFrame } = shape;
  const run = randomUUID();
  const sent: Sent[] = [];
  const frames = new Map<string, { readonly batch: readonly Sent[]; readonly late: NodeJS.Timeout }>();
  let refusals = 0;
  let unanswered = 0;
  let unacked = messages;
  let unseen = messages * receivers.length;
  let lastRef = 0;
  let strange: Frame | undefined;

  return new Promise((resolve, reject) => {
    const tooLate = () =>
      fail(
        `after ${sent.length} messages of ${messages}, ${unacked} are not acknowledged and ${unseen} not seen. Sender: ${sender.isOpen ? 'open' : 'closed'}. Frame that was not expected: ${JSON.stringify(strange)}`,
      );
    deadline.addEventListener('abort', tooLate);
    const endings: (() => void)[] = [() => deadline.removeEventListener('abort', tooLate)];

    function finish(): void {
      if (unacked + unseen > 0) return;
      for (const end of endings) end();
      resolve({ sent, refusals, unanswered });
    }

    function fail(why: string): void {
      for (const { late } of frames.values()) clearTimeout(late);
      for (const end of endings) end();
      reject(new Error(why));
    }

    function sendNew(): void {
      const batch = Array.from({ length: Math.min(perFrame, messages - sent.length) }, (): Sent => {
        const text = `${run} ${sent.length} `.padEnd(TEXT_LENGTH, 'x');
        const message = { text, clientId: randomUUID(), sentAt: performance.now() };
        sent.push({ ...message, ackedAt: undefined, firstSeenAt: undefined, seenAt: undefined, seen: 0 });
        return sent.at(-1) as Sent;
      });
      if (batch.length > 0) sendFrame(batch);
    }

    function sendFrame(batch: readonly Sent[]): void {
      lastRef += 1;
      const ref = `${run.slice(0, 8)}-${lastRef}`;
      const giveUp = () => {
        frames.delete(ref);
        unanswered += batch.length;
        // Frames that were given up still run. Without a pause, they and the retries would outlast every answer.
        setTimeout(() => sendFrame(batch), Math.random() * ANSWER_MS);
      };
      frames.set(ref, { batch, late: setTimeout(giveUp, ANSWER_MS) });
      const contents = batch.map(({ text, clientId }) => ({ client_id: clientId, text }));
      const content = perFrame === 1 ? contents[0] : { messages: contents };
      sender.send({ action: 'message.send', ref, ...address, ...content });
    }

    const onAnswer = (frame: Frame) => {
      const asked = frames.get(frame.ref as string);
      if (asked === undefined) {
        if (frame.type === undefined) strange = frame;
        return;
      }
      const { batch, late } = asked;
      clearTimeout(late);
      frames.delete(frame.ref as string);
      const { refused, code, waitMs } = readAnswer(frame, batch);
      if (code === 'rate_limited') {
        fail('the server limits how fast a sender may send: start it with --limits off');
        return;
      }
      if (code !== undefined && !PASSING.has(code)) {
        fail(`the server refuses a message: ${JSON.stringify(frame)}`);
        return;
      }
      const now = performance.now();
      for (const message of batch) if (!refused.includes(message)) message.ackedAt = now;
      unacked -= batch.length - refused.length;
      refusals += refused.length;
      if (refused.length > 0) setTimeout(() => sendFrame(refused), waitMs);
      else sendNew();
      finish();
    };
    endings.push(sender.listen(onAnswer));

    for (const receiver of receivers) {
      const had = new Set<Sent>();
      const onFrame = (frame: Frame) => {
        const now = performance.now();
        for (const text of textsIn(frame)) {
          if (!text.startsWith(run)) continue;
          const message = sent[Number(text.split(' ', 2)[1])] as Sent;
          // A retry is told again. Clients drop what they hold.
          if (had.has(message)) continue;
          had.add(message);
          message.seen += 1;
          message.firstSeenAt ??= now;
          if (message.seen === receivers.length) message.seenAt = now;
          unseen -= 1;
        }
        finish();
      };
      endings.push(receiver.listen(onFrame));
    }

    for (let i = 0; i < window; i += 1) sendNew();
  });
}

/**
 * The messages of a frame that the server has not taken, and how long to wait before they are sent again. A relay answers with
 * the frame itself, which has none of this.
 */
function readAnswer(frame: Frame, batch: readonly Sent[]) {
  const again = (code: string | undefined, seconds: unknown) => ({
    code,
    waitMs: seconds === undefined ? REFUSED_WAIT_MS : Number(seconds) * 1_000,
  });
  if (frame.type === 'error') return { refused: batch, ...again(String(frame.code), frame.retry_after) };
  const results = (frame.results ?? []) as { status: string; code?: string; retry_after?: number }[];
  const refused = batch.filter((_, i) => ['refused', 'not_tried'].includes(results[i]?.status ?? ''));
  const first = results.find(({ status }) => status === 'refused');
  return { refused, ...again(first?.code, first?.retry_after) };
}

/** The texts that a frame shows: Parley's frames have `message`, a relayed frame of a client has `text`. */
function textsIn(frame: Frame): string[] {
  const messages = (frame.messages ?? [frame]) as Frame[];
  return messages.flatMap(({ message, text }) => (message ?? text ?? []) as string | []);
}

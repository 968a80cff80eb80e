import { setTimeout as sleep } from 'node:timers/promises';
import type { Member } from './member.ts';
import { openPairs, type Pair } from './pairs.ts';
import type { Random } from './random.ts';

/** Pauses between the messages of a member. */
const longestPauseMs = 2_000;

/** Within this time every member must get an acknowledgement again. */
const flowMs = 120_000;

/** Pairs of users that write to each other all the time. */
export class Load {
  readonly pairs: readonly Pair[];
  /** The longest time without an acknowledgement for anybody, since `measure`. */
  longestSilenceMs = 0;
  readonly #random: Random;
  #acknowledgedAt = performance.now();
  #writing = true;
  #writers: Promise<void>[] = [];
  #written = 0;

  private constructor(pairs: readonly Pair[], random: Random) {
    this.pairs = pairs;
    this.#random = random;
  }

  static async open(url: string, random: Random): Promise<Load> {
    const acknowledged: { note: () => void } = { note: () => {} };
    const load = new Load(await openPairs(url, random, () => acknowledged.note()), random);
    acknowledged.note = () => load.#acknowledged();
    return load;
  }

  get members(): readonly Member[] {
    return this.pairs.flatMap(({ members }) => members);
  }

  start(): void {
    this.#writing = true;
    this.#acknowledgedAt = performance.now();
    this.longestSilenceMs = 0;
    this.#writers = this.pairs.flatMap((pair) => pair.members.map((member) => this.#write(pair, member)));
  }

  async #write({ most }: Pair, member: Member): Promise<void> {
    while (this.#writing) {
      const length = 1 + Math.floor(this.#random() * most);
      await member.say(Array.from({ length }, () => this.#text()));
      await sleep(this.#random() * longestPauseMs);
    }
  }

  /** Unique, and short as most messages are. */
  #text(): string {
    this.#written += 1;
    return `message ${this.#written}${' and more'.repeat(Math.floor(this.#random() * 20))}`;
  }

  #acknowledged(): void {
    const now = performance.now();
    this.longestSilenceMs = Math.max(this.longestSilenceMs, now - this.#acknowledgedAt);
    this.#acknowledgedAt = now;
  }

  /** Waits until every member has got one more acknowledgement. */
  async flows(signal: AbortSignal): Promise<void> {
    const before = new Map(this.members.map((member) => [member, member.record.acknowledged.size]));
    const isSilent = (member: Member) => member.record.acknowledged.size === before.get(member);
    await this.#until(
      () => !this.members.some(isSilent),
      signal,
      () => {
        const silent = this.pairs.filter(({ members }) => members.some(isSilent)).map(({ name }) => name);
        return `no message of ${silent.join(', ')} was acknowledged for ${flowMs / 1_000} s`;
      },
    );
  }

  /** Ends the writing. Waits until all that was written is acknowledged. */
  async rest(signal: AbortSignal): Promise<void> {
    this.#writing = false;
    let resting = false;
    void Promise.all(this.#writers).then(() => {
      resting = true;
    });
    await this.#until(
      () => resting,
      signal,
      () => {
        const open = this.members.flatMap(({ record }) =>
          record.written.filter((text) => !record.acknowledged.has(text)),
        );
        return `${open.length} messages were not acknowledged within ${flowMs / 1_000} s, such as "${open[0]}"`;
      },
    );
  }

  async #until(isSo: () => boolean, signal: AbortSignal, complaint: () => string): Promise<void> {
    for (const deadline = Date.now() + flowMs; !isSo(); await sleep(20)) {
      signal.throwIfAborted();
      const fault = this.members.find(({ record }) => record.fault !== undefined)?.record.fault;
      if (fault !== undefined) throw new Error(fault);
      if (Date.now() > deadline) throw new Error(complaint());
    }
  }

  close(): void {
    this.#writing = false;
    for (const member of this.members) member.close();
  }
}

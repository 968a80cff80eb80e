import { type Fate, type Fault, faultAt } from './fate.ts';
import type { Scheduler } from './scheduler.ts';

/** A new promise for each use. A shared one would keep everything alive that ever waited for it. */
const never = () => new Promise<never>(() => undefined);

/** Lambda ends an invocation that takes longer. */
const TIMEOUT_MS = 15_000;

interface Surroundings {
  readonly scheduler: Scheduler;
  /** No more faults, so that everything settles. */
  readonly isCalm: () => boolean;
  readonly say: (words: string) => void;
}

/** One run of a function. It acts on the world in turns, and may be killed between any two of them. */
export class Invocation {
  readonly name: string;
  /** Settles when the invocation is killed. */
  readonly killed: Promise<void>;
  readonly #fate: Fate;
  readonly #world: Surroundings;
  readonly #startedAt: number;
  readonly #underWay = new Set<{ readonly what: string; readonly act: () => unknown }>();
  #calls = 0;
  #isDead = false;
  #die: () => void = () => undefined;

  constructor(name: string, fate: Fate, world: Surroundings) {
    this.name = name;
    this.#fate = fate;
    this.#world = world;
    this.#startedAt = world.scheduler.time;
    this.killed = new Promise((resolve) => {
      this.#die = resolve;
    });
  }

  now(): Date {
    return new Date(this.#world.scheduler.time + this.#fate.skew);
  }

  async wait(milliseconds: number): Promise<void> {
    await this.#world.scheduler.park(milliseconds);
    if (this.#isDead) await never();
  }

  /** Makes one call when its turn comes. `act` gets the fault of that call. */
  async turn<T>(what: string, act: (fault: Fault | undefined) => T): Promise<T> {
    const { scheduler, isCalm } = this.#world;
    const at = this.#calls;
    this.#calls += 1;
    const fault = isCalm() ? undefined : faultAt(this.#fate, at);
    const call = { what, act: () => act(undefined) };
    this.#underWay.add(call);
    await scheduler.park();
    if (this.#isDead) return never();
    this.#underWay.delete(call);
    const isLate = scheduler.time - this.#startedAt > TIMEOUT_MS;
    if (isLate || (fault?.kind === 'killed' && !isCalm())) {
      this.#kill(what);
      return never();
    }
    return this.#act(what, act, isCalm() ? undefined : fault);
  }

  #act<T>(what: string, act: (fault: Fault | undefined) => T, fault: Fault | undefined): T {
    const { isCalm, say } = this.#world;
    const happened = `${this.name}: ${what}${fault ? ` (${fault.kind})` : ''}`;
    try {
      const result = act(fault);
      if (!isCalm()) say(happened);
      return result;
    } catch (error) {
      say(`${happened} fails with ${(error as Error).name}`);
      throw error;
    }
  }

  #kill(before: string): void {
    this.#world.say(`${this.name} is killed before ${before}`);
    this.#isDead = true;
    this.#die();
    if (!this.#fate.landing) return;
    // Running calls take effect, and nobody gets their results.
    for (const { what, act } of this.#underWay) {
      this.#world.say(`${this.name}, dead, has still done ${what}`);
      try {
        act();
      } catch {
        // The call was refused.
      }
    }
  }
}

/** The duration of a call to a service. */
const CALL_MS = 3;

interface Parked {
  readonly due: number;
  readonly resume: () => void;
}

/**
 * The only clock and the only source of order. Code that waits for a service or for time is parked here and continues when it
 * is released. Between two releases all code runs until it is parked again, so one order of releases is one history.
 */
export class Scheduler {
  readonly #parked: Parked[] = [];
  #time: number;

  constructor(start: string) {
    this.#time = Date.parse(start);
  }

  get time(): number {
    return this.#time;
  }

  get parked(): number {
    return this.#parked.length;
  }

  pass(milliseconds: number): void {
    this.#time += milliseconds;
  }

  /** Continues when released. At least this many milliseconds have then passed. */
  park(milliseconds = CALL_MS): Promise<void> {
    const due = this.#time + milliseconds;
    return new Promise((resume) => this.#parked.push({ due, resume }));
  }

  /** Releases one waiter. 0 is the one that has waited longest. */
  async release(choice: number): Promise<void> {
    const [parked] = this.#parked.splice(choice % Math.max(1, this.#parked.length), 1);
    if (!parked) return;
    this.#time = Math.max(this.#time + 1, parked.due);
    parked.resume();
    await quiet();
  }
}

/** Waits until all code that can run without a release has run. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

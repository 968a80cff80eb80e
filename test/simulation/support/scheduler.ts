/** A call to a service takes this long. */
const CALL_MS = 3;

interface Parked {
  readonly due: number;
  readonly resume: () => void;
}

/**
 * The only clock, and the only order: whatever waits for a service or for time is parked here, and goes on when it is
 * told to. Between two releases all code runs until it is parked again, so that one order of releases is one history.
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

  /** Goes on when released; then at least so many milliseconds have passed. */
  park(milliseconds = CALL_MS): Promise<void> {
    const due = this.#time + milliseconds;
    return new Promise((resume) => this.#parked.push({ due, resume }));
  }

  /** Lets one of those that wait go on; 0 is who has waited longest. */
  async release(choice: number): Promise<void> {
    const [parked] = this.#parked.splice(choice % Math.max(1, this.#parked.length), 1);
    if (!parked) return;
    this.#time = Math.max(this.#time + 1, parked.due);
    parked.resume();
    await quiet();
  }
}

/** All that can run without being released has run. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export type Pause = (ms: number) => Promise<void>;

/** Pauses between tries. What ends them all leaves no timer behind, and whoever paused looks whether it is still wanted. */
export function createPauses() {
  const ends = new Set<() => void>();
  return {
    pause: (ms: number) =>
      new Promise<void>((resolve) => {
        const end = () => {
          clearTimeout(timer);
          ends.delete(end);
          resolve();
        };
        const timer = setTimeout(end, ms);
        ends.add(end);
      }),
    end(): void {
      for (const end of ends) end();
    },
  };
}

/** Work that is under way is not begun a second time: who asks meanwhile gets the same promise. */
export function createShared() {
  let current: Promise<void> | undefined;
  return {
    run(work: () => Promise<void>): Promise<void> {
      if (current) return current;
      const mine = work().finally(() => {
        // After a reset, it is the next one's.
        if (current === mine) current = undefined;
      });
      current = mine;
      return mine;
    },
    reset(): void {
      current = undefined;
    },
  };
}

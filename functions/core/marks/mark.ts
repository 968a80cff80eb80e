/** How far somebody has got in a conversation: the highest `seq` that reached a device of theirs, and that they read. */
export interface Marks {
  readonly received: number;
  readonly read: number;
}

/** What others may know of somebody's marks: to read is something one does, but that something arrived tells that the app is open. */
export function shownMarks({ received, read }: Marks, { hidden }: { readonly hidden: boolean }): Marks {
  return { received: hidden ? read : received, read };
}

/** Who answers has read what came before; who has read something has received it. `sent` is their last own `seq`. */
export function effectiveMarks({ received, read }: Marks, sent: number): Marks {
  const effectiveRead = Math.max(read, sent);
  return { received: Math.max(received, effectiveRead), read: effectiveRead };
}

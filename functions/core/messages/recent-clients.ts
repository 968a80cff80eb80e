/** Each message carries the fingerprints of so many names: those of the messages before it, and its own. */
export const RECENT_MESSAGES = 100;

const BYTES = 2;

/**
 * A retry must be found among the messages before it, but reading a hundred for each send would cost ten times as much.
 * So each message carries two bytes of the name of each of the hundred up to its own. A fingerprint's place tells the
 * `seq` that it belongs to: where a name is found, those messages alone are read. By chance that is one new name in 650.
 */
export function placesOf(
  { seq, recent }: { readonly seq: number; readonly recent: Uint8Array },
  name: string,
): readonly number[] {
  const wanted = fingerprint(name);
  const first = seq - recent.length / BYTES + 1;
  const places: number[] = [];
  for (let i = 0; i < recent.length; i += BYTES) {
    if ((recent[i] as number) * 256 + (recent[i + 1] as number) === wanted) places.push(first + i / BYTES);
  }
  return places;
}

/** What the next message carries: the name is the client's, or the message's own id where it has none. */
export function nextRecent(recent: Uint8Array, name: string): Uint8Array {
  const value = fingerprint(name);
  const kept = recent.subarray(Math.max(0, recent.length - (RECENT_MESSAGES - 1) * BYTES));
  return Uint8Array.of(...kept, value >> 8, value & 0xff);
}

/** FNV-1a, folded to 16 bits. */
function fingerprint(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 16) ^ (hash & 0xffff);
}

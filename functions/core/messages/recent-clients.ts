/** So many messages back a retry is known without `after`. */
export const RECENT_MESSAGES = 100;

const BYTES = 2;

/**
 * A retry must be found among the last hundred messages, but reading a hundred for each send would cost ten times as
 * much. So each message carries two bytes of the client id of each of the hundred before it and of its own: when a new
 * client id is not among them it is new, and when it is (by chance: 1 in 650) the messages themselves are read.
 */
export function mayBeRecent(recent: Uint8Array, clientId: string): boolean {
  const wanted = fingerprint(clientId);
  for (let i = 0; i < recent.length; i += BYTES) {
    if ((recent[i] as number) * 256 + (recent[i + 1] as number) === wanted) return true;
  }
  return false;
}

/** What the next message carries. A message without a client id leaves a place that no client id matches. */
export function nextRecent(recent: Uint8Array, clientId: string | undefined): Uint8Array {
  const value = clientId === undefined ? 0 : fingerprint(clientId);
  const kept = recent.subarray(Math.max(0, recent.length - (RECENT_MESSAGES - 1) * BYTES));
  return Uint8Array.of(...kept, value >> 8, value & 0xff);
}

/** FNV-1a, folded to 16 bits; never 0. */
function fingerprint(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 16) ^ (hash & 0xffff) || 1;
}

const MORE = 0x80;

/**
 * Whole numbers from 0 on, in one byte for each seven bits (LEB128, as in protocol buffers). As a list each would have three bytes and
 * more.
 */
export function packNumbers(numbers: readonly number[]): Uint8Array {
  const bytes: number[] = [];
  for (const number of numbers) {
    let rest = number;
    while (rest >= MORE) {
      bytes.push((rest % MORE) + MORE);
      rest = Math.floor(rest / MORE);
    }
    bytes.push(rest);
  }
  return Uint8Array.from(bytes);
}

/** @param packed of {@link packNumbers}, or nothing */
export function unpackNumbers(packed: unknown): readonly number[] {
  const numbers: number[] = [];
  let [number, unit] = [0, 1];
  for (const byte of (packed as Uint8Array | undefined) ?? []) {
    number += (byte % MORE) * unit;
    unit *= MORE;
    if (byte >= MORE) continue;
    numbers.push(number);
    [number, unit] = [0, 1];
  }
  return numbers;
}

/** Signed numbers as such from 0 on, small ones as small ones: 0, −1, 1, −2 … (“zigzag”). */
export const fromSigned = (number: number): number => (number < 0 ? -2 * number - 1 : 2 * number);
export const toSigned = (packed: number): number => (packed % 2 === 0 ? packed / 2 : -(packed + 1) / 2);

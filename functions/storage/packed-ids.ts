import { hexOf, idOfHex } from '../core/ids.ts';

/** When rows expire, in seconds since 1970, by the user that they are about. */
export type Known = ReadonlyMap<string, number>;

const ID_BYTES = 16;
const TIME_BYTES = 4;

/** Ids, which are UUIDs, in 16 bytes each. As text they have 36, and each KB of an item is a WRU. */
export function packIds(ids: readonly string[]): Uint8Array {
  return Buffer.concat(ids.map(toBytes));
}

/** @param packed of {@link packIds}, or nothing */
export function unpackIds(packed: unknown): readonly string[] {
  return chunksOf(packed, ID_BYTES).map(toId);
}

export function packKnown(known: Known): Uint8Array {
  return Buffer.concat(
    [...known].flatMap(([id, until]) => {
      const time = Buffer.alloc(TIME_BYTES);
      time.writeUInt32BE(until);
      return [toBytes(id), time];
    }),
  );
}

/** @param packed of {@link packKnown}, or nothing */
export function unpackKnown(packed: unknown): Known {
  const entries = chunksOf(packed, ID_BYTES + TIME_BYTES);
  return new Map(entries.map((entry) => [toId(entry), entry.readUInt32BE(ID_BYTES)]));
}

function chunksOf(packed: unknown, size: number): readonly Buffer[] {
  const bytes = Buffer.from((packed as Uint8Array | undefined) ?? []);
  return Array.from({ length: bytes.length / size }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

const toBytes = (id: string): Buffer => Buffer.from(hexOf(id), 'hex');

const toId = (bytes: Buffer): string => idOfHex(bytes.toString('hex', 0, ID_BYTES));

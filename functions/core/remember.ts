/** At most so many entries are kept: the memory of a function is not a store. */
const MAX_ENTRIES = 10_000;

/** Puts an entry into a map that lives as long as the running function. A full map begins anew. */
export function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  if (map.size >= MAX_ENTRIES) map.clear();
  map.set(key, value);
}

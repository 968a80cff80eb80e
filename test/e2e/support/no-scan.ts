import type { Runtime } from '../../../local/runtime.ts';

/** Throws if anything since the last reset scanned the table: no work may grow with what the table holds. */
export function assertNoScan(runtime: Runtime): void {
  const scans = runtime.usage().requests.filter(({ operation }) => operation === 'Scan');
  if (scans.length === 0) return;
  throw new Error(`${scans.length} Scans, by ${[...new Set(scans.map((scan) => scan.function))].join(', ')}`);
}

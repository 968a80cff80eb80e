import type { Operation } from './scene.ts';

/** Prints what clients got: after one fault, and while all calls fail. */
export function printTable<Name extends string>(
  operations: readonly Operation[],
  names: readonly Name[],
  outcomes: ReadonlyMap<Operation, ReadonlyMap<Name, string>>,
): void {
  const table = [
    ['operation', 'call', ...names],
    ...operations.map((operation) => [
      operation.what,
      operation.call,
      ...names.map((name) => outcomes.get(operation)?.get(name) ?? 'failed'),
    ]),
  ];
  const widths = names
    .map(String)
    .concat('', '')
    .map((_, i) => Math.max(...table.map((row) => row[i]?.length ?? 0)));
  const lines = table.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  '));
  console.log(['What a client gets: after one fault / while all calls fail', ...lines].join('\n'));
}

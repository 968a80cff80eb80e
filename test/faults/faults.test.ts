import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { httpOperations } from './http-operations.ts';
import type { Fault } from './microburst.ts';
import type { Outcome } from './outcome.ts';
import { type Operation, openScene, type Scene, type Trial } from './scene.ts';
import { socketOperations } from './socket-operations.ts';
import { appOf, type System, startSystem } from './system.ts';
import { printTable } from './table.ts';

/** The functions wait 1.5 s for the table. A late request reaches it all the same, after they have tried again. */
const faults = {
  throttled: { error: { code: 'ProvisionedThroughputExceededException' } },
  'error 500': { error: { code: 'InternalServerError' } },
  reset: { reset: true },
  late: { latency: 2_000 },
  'answer cut': { response: { abort_frac: 0.5 } },
} as const satisfies Record<string, Fault>;

type FaultName = keyof typeof faults;

const names = Object.keys(faults) as FaultName[];
const operations: readonly Operation[] = [...httpOperations, ...socketOperations];

let system: System;
let scene: Scene;
const outcomes = new Map(operations.map((operation) => [operation, new Map<FaultName, string>()]));
/** A late request may undo what was right before, so its trials are checked again at the end. */
const checks: (() => Promise<void>)[] = [];

beforeAll(async () => {
  system = await startSystem();
  scene = await openScene(system.url);
});
afterAll(async () => {
  printTable(operations, names, outcomes);
  try {
    for (const check of checks) await check();
    await scene?.bobsPhone.close();
  } finally {
    await system?.stop();
  }
});

describe.concurrent.each(operations)('$what, while $call fails', (operation) => {
  let next: () => Promise<Trial>;
  beforeAll(async () => {
    next = await operation.prepare(scene);
  });

  // On a machine with much to do, the second try can meet the functions' timeout of itself. Faults come every time.
  it.sequential.each(names)('once: %s', { retry: 4 }, async (name) => {
    const outcome = await outcomeUnder(operation, await next(), faults[name], 1);
    outcomes.get(operation)?.set(name, outcome);
    expect(outcome).toBe('done');
  });

  it.sequential.each(names)('each time: %s', async (name) => {
    const outcome = await outcomeUnder(operation, await next(), faults[name]);
    outcomes.get(operation)?.set(name, `${outcomes.get(operation)?.get(name)} / ${outcome}`);
  });
});

async function outcomeUnder(
  { functionName, call }: Operation,
  { marker, run, again = run, check }: Trial,
  fault: Fault,
  times?: number,
): Promise<Outcome> {
  const aim = { app: appOf(functionName), operation: call, marker, ...(times !== undefined && { times }) };
  const injected = await system.microburst.inject(fault, aim);
  let outcome: Outcome;
  try {
    outcome = await run();
    expect(await injected.count()).toBeGreaterThan(0);
  } finally {
    await injected.end();
  }
  if (outcome === 'unavailable') expect(await again()).not.toBe('unavailable');
  await check(outcome);
  if ('latency' in fault) checks.push(() => check(outcome));
  return outcome;
}

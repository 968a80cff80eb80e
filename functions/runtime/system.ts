import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

/** What the domain must be given, as it takes no clock and no chance by itself. */
export const system = {
  now: (): Date => new Date(),
  newId: (): string => randomUUID(),
  random: (): number => Math.random(),
  randomBytes: (size: number): Buffer => randomBytes(size),
  wait: (milliseconds: number): Promise<void> => setTimeout(milliseconds),
};

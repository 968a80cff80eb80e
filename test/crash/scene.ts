import { mountSmallDisk, type SmallDisk } from './disk.ts';
import type { Random } from './random.ts';
import { createStore, type Store } from './store.ts';
import { createSystem, type System } from './system.ts';

/** Where the table is: in the runtime's own store, in the same on a small disk, or in a store that runs apart. */
export const settings = ['embedded', 'small disk', 'apart'] as const;

export type Setting = (typeof settings)[number];

/** What a fault works on. */
export interface Scene {
  readonly system: System;
  /** In the setting `apart`. */
  readonly store: Store | undefined;
  /** In the setting `small disk`. */
  readonly disk: SmallDisk | undefined;
  readonly random: Random;
  /** Ends everything in the reverse order of its start. */
  close(): Promise<void>;
}

/**
 * Starts a system.
 *
 * @returns the reason, if this machine does not allow the setting
 */
export async function openScene(setting: Setting, random: Random): Promise<Scene | string> {
  const disk = setting === 'small disk' ? await mountSmallDisk() : undefined;
  if (typeof disk === 'string') return disk;
  const store = setting === 'apart' ? await createStore(random) : undefined;
  const system = await createSystem({
    ...(disk && { launcher: disk.launcher, folder: disk.folder }),
    environment: { DYNAMODB_ENDPOINT: store?.endpoint ?? '' },
  });
  const close = async () => {
    await system.stop();
    await store?.stop();
    await disk?.close();
  };
  try {
    await store?.start();
    await system.start();
    return { system, store, disk, random, close };
  } catch (error) {
    await close();
    throw error;
  }
}

import { statfsSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { dataFolder } from './data-folder.ts';

/** The machine on which the figures were measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly node: string;
  /** Of the disk that holds the data. */
  readonly fileSystem: string;
  /** Processes that ran or waited for a core in the last minute. */
  readonly load: number;
}

/** See statfs(2). */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  61267: 'ext4',
  16914836: 'tmpfs: in memory',
  2435016766: 'btrfs',
  1481003842: 'xfs',
  2035054128: 'overlay',
};

export function describeMachine(): Machine {
  const { type } = statfsSync(dataFolder());
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 1e9),
    kernel: `${platform()} ${release()}`,
    node: process.version,
    fileSystem: FILE_SYSTEMS[type] ?? `0x${type.toString(16)}`,
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}

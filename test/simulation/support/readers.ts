import type { DynamoDBBatchResponse } from 'aws-lambda';
import type { Written } from '../../support/table/state.ts';
import { SHARDS, toRecord } from '../../support/table/stream.ts';
import { type Fate, GOOD_FATE } from './fate.ts';
import { FOLLOWERS, type Follower } from './followers.ts';
import type { World } from './world.ts';

const MESSAGE_SK = /^MSG#0*(\d+)$/;

/**
 * Reads one shard for one function, as an event source mapping does: in order, one batch at a time, and again from a
 * failed record.
 */
export class Reader {
  readonly #world: World;
  readonly #follower: Follower;
  readonly #shard: readonly Written[];
  readonly #onBatch: BatchListener;
  readonly name: string;
  #position = 0;
  #isBusy = false;

  constructor(world: World, follower: Follower, shard: number, onBatch: BatchListener) {
    this.#world = world;
    this.#follower = follower;
    this.#shard = world.stream.shards[shard] ?? [];
    this.#onBatch = onBatch;
    this.name = `${follower.name} of shard ${shard}`;
  }

  get isDone(): boolean {
    return !this.#isBusy && this.#next(1, 0).length === 0;
  }

  /** Passes the next records to the function. With `again`, repeats some former records first. */
  async deliver(size: number, again: number, fate: Fate = GOOD_FATE): Promise<void> {
    const batch = this.#next(size, again);
    if (this.#isBusy || batch.length === 0) return;
    this.#isBusy = true;
    const world = this.#world;
    const records = batch.map((at) => toRecord(this.#shard[at] as Written, String(at)));
    world.say(`${this.name} gets ${batch.map((at) => this.#shard[at]?.key.sk).join(', ')}`);
    const ended = this.#onBatch(batch.flatMap((at) => messageIn(this.#shard[at] as Written)));
    const outcome = await world.run(this.name, fate, (capabilities, onFailure) =>
      this.#follower.handlerWith(capabilities, onFailure)(records),
    );
    const failed = outcome.kind === 'ok' ? firstFailure(outcome.value) : (batch[0] ?? 0);
    this.#position = failed ?? Math.max(this.#position, (batch.at(-1) ?? 0) + 1);
    this.#isBusy = false;
    ended(failed === undefined);
  }

  /** The positions in the shard of the records for this function. */
  #next(size: number, again: number): number[] {
    const wanted = (from: number, to: number) =>
      Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i).filter((at) =>
        this.#follower.wants(this.#shard[at] as Written),
      );
    const fresh = wanted(this.#position, this.#shard.length).slice(0, size);
    return [...(again > 0 ? wanted(0, this.#position).slice(-again) : []), ...fresh];
  }
}

/** Gets the messages of a batch when it begins. Returns a function that gets whether the batch succeeded. */
export type BatchListener = (messages: readonly Told[]) => (isOk: boolean) => void;

export interface Told {
  readonly conversation: string;
  readonly seq: number;
}

/** A changed message does not come to the top. */
function messageIn({ key, before }: Written): Told[] {
  if (before) return [];
  const seq = MESSAGE_SK.exec(key.sk)?.[1];
  return seq === undefined ? [] : [{ conversation: key.pk.slice('CONV#'.length), seq: Number(seq) }];
}

/** As Lambda does: the stream continues at the first failed record. */
function firstFailure({ batchItemFailures }: DynamoDBBatchResponse): number | undefined {
  const [first] = batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier));
  return first;
}

export function readersOf(world: World, onBatch: BatchListener): readonly Reader[] {
  return FOLLOWERS.flatMap((follower) =>
    Array.from({ length: SHARDS }, (_, shard) => new Reader(world, follower, shard, onBatch)),
  );
}

import { existsSync, readFileSync } from 'node:fs';
import { writeFileAtomically } from '../write-file.ts';

interface Saved {
  readonly streamArn: string;
  readonly sequenceNumber: string;
}

export interface Position {
  /** The last handled record of this stream, from an earlier run. */
  load(streamArn: string): string | undefined;
  save(streamArn: string, sequenceNumber: string): void;
}

/** How far a function has come in a stream: kept in `file`, or in memory when there is none. */
export function streamPosition(file: string | undefined): Position {
  let saved: Saved | undefined =
    file !== undefined && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  return {
    // Another ARN is the stream of another table: the numbers mean nothing there.
    load: (streamArn) => (saved?.streamArn === streamArn ? saved.sequenceNumber : undefined),
    save(streamArn, sequenceNumber) {
      saved = { streamArn, sequenceNumber };
      if (file !== undefined) writeFileAtomically(file, JSON.stringify(saved));
    },
  };
}

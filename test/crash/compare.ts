import { setTimeout as sleep } from 'node:timers/promises';
import { call } from '../support/people.ts';
import type { Held, Member } from './member.ts';
import type { Pair } from './pairs.ts';

interface Window {
  readonly newer: string | null;
  readonly results: readonly { readonly seq: number; readonly message: string; readonly sender_id: string }[];
}

/** Clients catch up within this time. */
const catchUpMs = 45_000;

/**
 * Compares what was acknowledged, what is stored, and what both members hold, once all of them are at rest.
 *
 * @returns the first difference, or undefined
 */
export async function compare(url: string, pair: Pair, signal: AbortSignal): Promise<string | undefined> {
  const [one, other] = pair.members;
  const stored = await readLog(url, pair, one);
  const problem =
    firstDifference('the log that one member reads', stored, 'the log that the other reads', [
      ...(await readLog(url, pair, other)),
    ]) ??
    faultOfLog(stored) ??
    faultOfSender(one, stored) ??
    faultOfSender(other, stored) ??
    (await faultOfDevice(one, stored, signal)) ??
    (await faultOfDevice(other, stored, signal)) ??
    foreign(pair, stored);
  return problem && `${pair.name} (${pair.conversation}): ${problem}`;
}

async function readLog(url: string, { conversation }: Pair, reader: Member): Promise<Held[]> {
  const log: Held[] = [];
  for (let next: string | null = `${url}/conversations/${conversation}/messages/?after=0&limit=100`; next; ) {
    const page: Window = await call<Window>(next, { access: reader.access });
    const held = page.results.map(({ seq, message: text, sender_id: senderId }) => ({ seq, senderId, text }));
    log.push(...held.sort((left, right) => left.seq - right.seq));
    next = page.newer;
  }
  return log;
}

/** Numbers from 1 on without a gap, and no message twice. */
function faultOfLog(stored: readonly Held[]): string | undefined {
  const gap = stored.findIndex(({ seq }, index) => seq !== index + 1);
  if (gap >= 0) return `number ${gap + 1} of the log is missing: ${stored[gap]?.seq} stands in its place`;
  const first = new Map<string, number>();
  for (const { seq, text } of stored) {
    const before = first.get(text);
    if (before !== undefined) return `"${text}" is stored twice, as ${before} and ${seq}`;
    first.set(text, seq);
  }
  return undefined;
}

/** All that a member wrote is acknowledged and stored, in the order in which they wrote it. */
function faultOfSender({ userId, record }: Member, stored: readonly Held[]): string | undefined {
  const own = stored.filter(({ senderId }) => senderId === userId);
  const acknowledged = record.written.map((text) => ({
    seq: record.acknowledged.get(text) ?? 0,
    senderId: userId,
    text,
  }));
  return firstDifference('what was acknowledged, as it was written', acknowledged, 'what is stored', own);
}

/** A device holds the log, and was never shown anything else. */
async function faultOfDevice(
  member: Member,
  stored: readonly Held[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const isBehind = () => {
    const held = member.held();
    return held.length < stored.length || held[0]?.seq !== 1;
  };
  for (const deadline = Date.now() + catchUpMs; isBehind() && Date.now() < deadline; await sleep(100)) {
    signal.throwIfAborted();
    await Promise.race([member.catchUp(), sleep(5_000)]);
  }
  const shown = [...member.record.shown.values()].sort((left, right) => left.seq - right.seq);
  return (
    member.record.fault ??
    firstDifference('what is stored', stored, 'what a device holds', member.held()) ??
    firstDifference('what is stored', stored, 'what a device was shown', shown)
  );
}

function foreign({ members }: Pair, stored: readonly Held[]): string | undefined {
  const written = new Set(members.flatMap(({ record }) => record.written));
  const unknown = stored.find(({ text }) => !written.has(text));
  return unknown && `number ${unknown.seq} is stored, and nobody wrote it: "${unknown.text}"`;
}

function firstDifference(
  left: string,
  inLeft: readonly Held[],
  right: string,
  inRight: readonly Held[],
): string | undefined {
  for (let index = 0; index < Math.max(inLeft.length, inRight.length); index += 1) {
    const [one, other] = [tell(inLeft[index]), tell(inRight[index])];
    if (one !== other) return `${left} and ${right} differ at place ${index + 1}: ${one} and ${other}`;
  }
  return undefined;
}

const tell = (held: Held | undefined) =>
  held === undefined ? 'nothing' : `number ${held.seq} of ${held.senderId}, "${held.text}"`;

import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { type ActionName, actionSchemas } from '../../functions/protocol/actions.ts';
import { compiler, SOCKET_DOCUMENT } from './document.ts';
import { readDeviceFrame, readOriginalFrame } from './frames.ts';
import { EXCHANGES, type Exchange, follow } from './sockets.ts';

const validatorOf = compiler({ closed: false, document: SOCKET_DOCUMENT });
const onDevices = EXCHANGES.filter(({ socket }) => socket === 'device');

const uuid = '7d6f4f0e-9b1a-4c57-8f3e-2a1b0c9d8e7f';
const many = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, i) => make(i));
const held = (count: number) => Object.fromEntries(many(count, (i) => [`conversation ${i}`, i]));

/** Values of every type, and both sides of every limit. */
const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  1,
  -1,
  1.5,
  '1',
  Number.MAX_SAFE_INTEGER,
  Number.MAX_SAFE_INTEGER + 1,
  1e300,
  '',
  ' \t\n\u00a0\u2003',
  'x',
  ...[64, 65, 100, 101, 4000, 4001].map((length) => 'x'.repeat(length)),
  '名'.repeat(4000),
  '𝒳'.repeat(4000),
  '𝒳'.repeat(4001),
  'a\u0000b',
  'a\ud800b',
  '\udc00',
  uuid,
  uuid.toUpperCase(),
  `${uuid}0`,
  uuid.replaceAll('-', ''),
  '2026-11-23T09:29:30.000Z',
  '2026-11-23T09:29:30Z',
  '2026-11-23T09:29:30+00:00',
  '2026-11-23T09:29:30',
  '2026-11-23 09:29:30Z',
  '2026-11-23t09:29:30z',
  '2026-02-30T09:29:30Z',
  '2026-11-23',
  [],
  many(50, (i) => `user ${i}`),
  many(51, (i) => `user ${i}`),
  ['x'.repeat(100)],
  ['x'.repeat(101)],
  [7],
  [null],
  {},
  held(50),
  held(51),
  { '': 1 },
  { ['x'.repeat(100)]: 1 },
  { ['x'.repeat(101)]: 1 },
  { x: -1 },
  { x: 1.5 },
  { x: '1' },
  { x: null },
  { x: { seq: 0, change: 0 } },
  { x: { seq: 7, change: 3, more: 1 }, y: 2 },
  { x: { seq: 7 } },
  { x: { change: 3 } },
  { x: { seq: 7, change: -1 } },
  { x: { seq: 7, change: null } },
  { x: { seq: 1.5, change: 1 } },
];

type Fields = Record<string, unknown>;

/** A valid frame, without each of its fields, and with each of its fields set to each value. */
function* variantsOf({ frame }: Exchange): Generator<Fields> {
  const fields = Object.keys(follow(frame.schema).properties).filter((name) => name !== 'action');
  for (const { payload } of frame.examples) {
    yield payload;
    yield { ...payload, unknown: 1 };
    for (const field of fields) {
      const { [field]: _, ...without } = payload;
      yield without;
      for (const value of VALUES) yield { ...payload, [field]: value };
    }
  }
}

/** The frames that only one of the two accepts. */
function disagreements(exchange: Exchange, read: (body: string) => unknown): string[] {
  const validate = validatorOf(exchange.frame.schema);
  const isRead = (body: string) => {
    try {
      read(body);
      return true;
    } catch {
      return false;
    }
  };
  return [...variantsOf(exchange)]
    .filter((frame) => validate(frame) !== isRead(JSON.stringify(frame)))
    .map((frame) => JSON.stringify(frame).slice(0, 300));
}

describe('the document and functions/protocol agree on', () => {
  it('the actions', () => {
    expect(onDevices.map(({ action }) => action).sort()).toEqual(Object.keys(actionSchemas).sort());
  });

  it.each(onDevices)('the fields of $action, and which of them are required', ({ action, frame }) => {
    const { properties, required = [] } = z.toJSONSchema(actionSchemas[action as ActionName], {
      io: 'input',
    });
    const documented = follow(frame.schema);
    expect(Object.keys(documented.properties).sort()).toEqual(
      ['action', 'ref', ...Object.keys(properties ?? {})].sort(),
    );
    expect([...documented.required].sort()).toEqual(['action', ...required].sort());
  });

  it.each(onDevices)('the values that each field of $action accepts', (exchange) => {
    expect(disagreements(exchange, readDeviceFrame)).toEqual([]);
  });

  it('the values that each field of the original frame accepts', () => {
    const original = EXCHANGES.find(({ socket }) => socket === 'conversation') as Exchange;
    expect(disagreements(original, readOriginalFrame)).toEqual([]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type * as z from 'zod/mini';
import { parseJsonBody } from '../../functions/protocol/json-body.ts';
import { validate } from '../../functions/protocol/validate.ts';
import { CHECKED } from './bodies.ts';
import { OPERATIONS } from './document.ts';
import { readDeviceFrame, readOriginalFrame } from './frames.ts';
import { EXCHANGES } from './sockets.ts';

type Json = unknown;

/** A text that contains half a surrogate pair. JSON writes it as an escape, in plain ASCII. */
const halves = fc
  .tuple(
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom('\ud800', '\udbff', '\udc00', '\udfff'),
    fc.string({ maxLength: 8 }),
  )
  .map((parts) => parts.join(''))
  .filter((text) => !text.isWellFormed());

/** Copies of the value. In each, `text` replaces one of its texts, or one key inside a field. */
function* spoiled(value: Json, text: string, isKeyKnown = true): Generator<Json> {
  if (typeof value === 'string') yield text;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const rest = Object.entries(value).filter(([other]) => other !== key);
    for (const one of spoiled(inner, text, false)) {
      yield Array.isArray(value) ? value.with(Number(key), one) : Object.fromEntries([...rest, [key, one]]);
    }
    if (!isKeyKnown && !Array.isArray(value)) yield Object.fromEntries([...rest, [text, inner]]);
  }
}

/** Reads the examples with such a text in each possible place, and expects one of the codes each time. */
function refusesHalves(examples: readonly Json[], read: (json: string) => unknown, codes: readonly string[]) {
  for (const example of examples) expect(() => read(JSON.stringify(example))).not.toThrow();
  fc.assert(
    fc.property(halves, (half) => {
      for (const example of examples) {
        for (const value of spoiled(example, half)) {
          let outcome: unknown;
          try {
            outcome = { taken: read(JSON.stringify(value)) };
          } catch (error) {
            outcome = (error as { code: string }).code;
          }
          expect(codes, JSON.stringify(value)).toContain(outcome);
        }
      }
    }),
    { numRuns: 30 },
  );
}

describe('a text that is not well-formed Unicode is refused', () => {
  const devices = EXCHANGES.filter(({ socket }) => socket === 'device');
  it.each(devices)('in a frame: $action', ({ frame }) => {
    const examples = frame.examples.map(({ payload }) => payload);
    const codes = ['validation_failed', 'ref_invalid', 'unknown_action'];
    refusesHalves(examples, readDeviceFrame, codes);
  });

  it('in a frame of the original protocol', () => {
    const [original] = EXCHANGES.filter(({ socket }) => socket === 'conversation');
    const examples = original?.frame.examples.map(({ payload }) => payload) ?? [];
    const codes = ['message_invalid', 'ref_invalid', 'client_id_invalid'];
    refusesHalves(examples, readOriginalFrame, codes);
  });

  it.each(OPERATIONS.filter(({ described }) => described.requestBody))(
    'in the body of $method $path',
    ({ method, path, described }) => {
      const { examples } = described.requestBody.content['application/json'];
      const read = (body: string) =>
        validate(
          CHECKED[`${method} ${path}`] as z.ZodMiniType,
          parseJsonBody({ body, isBase64Encoded: false, contentType: 'application/json' }),
        );
      const values = Object.values<{ value: Json }>(examples).map(({ value }) => value);
      refusesHalves(values, read, ['validation_failed']);
    },
  );
});

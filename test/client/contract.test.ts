import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REQUEST_FIELDS } from '../../client/contract/http-types.ts';
import { DOCUMENT, resolved, SOCKET_DOCUMENT } from '../contract/document.ts';
import { errorCodes } from '../contract/error-codes.ts';

interface Field {
  readonly isOptional: boolean;
  readonly type: string;
}
type Declared = Record<string, Record<string, Field>>;

/** The interfaces of a file: name → field → type. One that extends another stands behind it, and has its fields too. */
function interfacesOf(file: string): Declared {
  const source = readFileSync(new URL(`../../client/contract/${file}`, import.meta.url), 'utf8');
  const found: Declared = {};
  const declared = source.matchAll(/export interface (\w+)(?: extends (\w+))? \{\n([^}]*)\n\}/g);
  for (const [, name = '', base, body = ''] of declared) {
    const fields = [...body.matchAll(/readonly (\w+)(\??): (.*);/g)].map(
      ([, field, optional, type]) => [field, { isOptional: optional === '?', type }] as const,
    );
    found[name] = { ...(base && found[base]), ...Object.fromEntries(fields) };
  }
  return found;
}

/** The TypeScript type of a JSON schema, as far as the two contracts need it. */
// biome-ignore lint/suspicious/noExplicitAny: a document that is read by path.
function typeOf(schema: any, document: unknown): string {
  const { type, const: only, enum: several, items, properties, oneOf, anyOf } = resolved(schema, document);
  // Not where it only says which fields must be there.
  if (anyOf && !properties) {
    const types: string[] = anyOf.map((one: unknown) => typeOf(one, document));
    // A text may also be one of a few words.
    return types.filter((one) => !one.startsWith("'") || !types.includes('string')).join(' | ');
  }
  if (oneOf) return oneOf.map((one: unknown) => typeOf(one, document)).join(' | ');
  if (typeof only === 'string') return `'${only}'`;
  if (typeof only === 'number') return 'number';
  if (only === true) return 'true';
  if (several && several.length < 5) return several.map((one: string) => `'${one}'`).join(' | ');
  if (Array.isArray(type)) return type.map((one) => typeOf({ type: one }, document)).join(' | ');
  if (type === 'integer') return 'number';
  if (type === 'array') return `readonly ${nameOf(items) ?? typeOf(items, document)}[]`;
  return type === 'object' && !properties ? 'map' : type;
}

const nameOf = (schema: { $ref?: string }) => {
  const name = schema.$ref?.split('/').at(-1);
  return name && !/Id$/.test(name) ? name : undefined;
};

/** Types with another name than in the document. */
const ALIASES: Record<string, string> = { SyncedMessage: 'StoredMessage', object: 'Reaction' };

// biome-ignore lint/suspicious/noExplicitAny: a document that is read by path.
function compare(declared: Record<string, Field>, schema: any, document: any, extra: readonly string[] = []) {
  const { properties, required = [] } = resolved(schema, document);
  const described = Object.entries(properties).filter(([name]) => !extra.includes(name));
  expect(Object.keys(declared).sort()).toEqual(described.map(([name]) => name).sort());
  for (const [name, property] of described) {
    const { isOptional, type } = declared[name] as Field;
    expect(isOptional, `${name} is optional`).toBe(!required.includes(name));
    const known = typeOf(property, document).replace(/\w+(?=\[\])/, (word) => ALIASES[word] ?? word);
    if (known === 'object' || known === 'map') expect(type).toMatch(/^[A-Z]/);
    else if (/^(object|map) \| null$/.test(known)) expect(type).toMatch(/^[A-Z]\w+ \| null$/);
    else if (/Conversations?$/.test((property as { $ref?: string }).$ref ?? ''))
      expect(type).toContain('Conversation');
    else expect(type, name).toBe(known);
  }
}

describe('the types match the contract', () => {
  const bodies = interfacesOf('http-types.ts');
  const { schemas } = DOCUMENT.components;
  const inSchemas = Object.keys(bodies).filter((name) => name !== 'Reaction');

  it.each(inSchemas)('openapi.yaml: %s', (name) => {
    compare(bodies[name] as Record<string, Field>, schemas[name], DOCUMENT);
  });
  it.each(Object.entries(REQUEST_FIELDS))(
    'openapi.yaml: the fields that are sent of a %s',
    (name, fields) => {
      expect(fields.toSorted()).toEqual(Object.keys(schemas[name].properties).sort());
    },
  );
  it('openapi.yaml: a reaction', () => {
    compare(bodies.Reaction ?? {}, schemas.Reactions.items, DOCUMENT);
  });

  const frames = interfacesOf('frame-types.ts');
  const ofSocket = SOCKET_DOCUMENT.components.schemas;
  /** Only socket.ts knows of `ref`. */
  const sent = Object.keys(frames).filter((name) => frames[name]?.action);
  it.each(sent)('asyncapi.yaml: %s', (name) => {
    compare(frames[name] as Record<string, Field>, ofSocket[name], SOCKET_DOCUMENT, ['ref']);
  });

  /** A pushed frame has no `ref` and fewer fields than a reply. One type covers both. */
  const got = Object.keys(frames).filter((name) => !frames[name]?.action);
  const loose = new Set(['ReadReply', 'ReceivedReply', 'TypeReply']);
  it.each(got)('asyncapi.yaml: %s', (name) => {
    const fields = frames[name] as Record<string, Field>;
    const { moved, forwarded, ...others } = fields;
    const isLoose = loose.has(name);
    expect([moved, forwarded].some(Boolean)).toBe(isLoose);
    if (name === 'DeviceError') expect(fields.code?.type).toBe('string');
    const extra = [...(isLoose ? ['moved', 'forwarded'] : []), ...(name === 'DeviceError' ? ['code'] : [])];
    const compared = Object.fromEntries(Object.entries(others).filter(([field]) => !extra.includes(field)));
    compare(compared, ofSocket[name], SOCKET_DOCUMENT, extra);
  });

  it('for each error code', () => {
    const source = readFileSync(new URL('../../client/contract/error-code.ts', import.meta.url), 'utf8');
    const [, union = ''] = /type ServerCode =([^;]*);/.exec(source) ?? [];
    const codes = [...union.matchAll(/'(\w+)'/g)].map(([, code]) => code);
    expect(codes).toEqual([...errorCodes()].sort());
  });

  it('for each action and each frame', () => {
    const types = (kind: 'action' | 'type') =>
      new Set(Object.values(frames).flatMap((fields) => (fields[kind] ? [fields[kind].type] : [])));
    const described = (kind: 'action' | 'type') =>
      new Set(
        Object.values(SOCKET_DOCUMENT.components.schemas).flatMap((schema) => {
          const only = (schema as { properties?: Record<string, { const?: string }> }).properties?.[kind]
            ?.const;
          return only ? [`'${only}'`] : [];
        }),
      );
    expect(types('action')).toEqual(described('action'));
    expect(types('type')).toEqual(described('type'));
  });
});

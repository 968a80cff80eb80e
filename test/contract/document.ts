// biome-ignore-all lint/suspicious/noExplicitAny: the code walks the document by path, and Redocly's lint validates it.

import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

const read = (file: string): any => parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'));

export const DOCUMENT: any = read('openapi.yaml');
export const SOCKET_DOCUMENT: any = read('asyncapi.yaml');

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly described: any;
}

/** Every operation of the document. */
export const OPERATIONS: readonly Operation[] = Object.entries<any>(DOCUMENT.paths).flatMap(([path, item]) =>
  Object.entries<any>(item).map(([method, described]) => ({ method: method.toUpperCase(), path, described })),
);

/** Follows a `$ref` and adds the keywords beside it (OpenAPI 3.1 §4.8.24, JSON Schema 2020-12 §8.2.3.1). */
export function resolved(node: any, document: any = DOCUMENT): any {
  if (typeof node?.$ref !== 'string') return node;
  const { $ref, ...siblings } = node;
  const target = $ref
    .slice(2)
    .split('/')
    .reduce((at: any, part: string) => at[part.replaceAll('~1', '/').replaceAll('~0', '~')], document);
  return { ...resolved(target, document), ...siblings };
}

/** Compiles schemas of a document. With `closed`, no object may have a property that its schema does not name. */
export function compiler({
  closed,
  document = DOCUMENT,
}: {
  closed: boolean;
  document?: any;
}): (schema: unknown) => ValidateFunction {
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false });
  addFormats.default(ajv);
  const prepare = (schema: unknown) => rebased(closed ? close(schema) : schema);
  ajv.addSchema({ $id: 'components', $defs: prepare(document.components.schemas) });
  const compiled = new Map<unknown, ValidateFunction>();
  return (schema) => {
    const known = compiled.get(schema) ?? ajv.compile(prepare(schema));
    compiled.set(schema, known);
    return known;
  };
}

function rebased(schema: unknown): any {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/schemas/', '"components#/$defs/'));
}

function close(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(close);
  if (node === null || typeof node !== 'object') return node;
  const copy: Record<string, unknown> = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, close(value)]),
  );
  if (copy.type === 'object' && copy.properties) copy.additionalProperties ??= false;
  return copy;
}

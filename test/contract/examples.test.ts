import { describe, expect, it } from 'vitest';
import { compiler, DOCUMENT, OPERATIONS, resolved } from './document.ts';

const validatorOf = compiler({ closed: false });

interface Example {
  readonly where: string;
  readonly schema: unknown;
  readonly value: unknown;
}

function* examplesOf(node: unknown, where: string): Generator<Example> {
  if (node === null || typeof node !== 'object') return;
  const { schema, example, examples } = node as Record<string, never>;
  if (schema && example !== undefined) yield { where, schema, value: example };
  if (schema && examples) {
    for (const [name, one] of Object.entries(examples))
      yield { where: `${where}/${name}`, schema, value: resolved(one).value };
  }
  for (const [key, child] of Object.entries(node))
    if (key !== 'examples' && key !== 'schema') yield* examplesOf(child, `${where}/${key}`);
}

describe('every example matches its schema', () => {
  it.each([...examplesOf(DOCUMENT, '#')])('$where', ({ schema, value }) => {
    const validate = validatorOf(schema);
    validate(value);
    expect(validate.errors).toBeNull();
  });
});

const contents = OPERATIONS.flatMap(({ method, path, described }) => [
  ...Object.entries(described.requestBody?.content ?? {}).map(([type, content]) => ({
    where: `${method} ${path} ${type}`,
    content,
  })),
  ...Object.entries(described.responses).flatMap(([status, response]) =>
    Object.entries(resolved(response).content ?? {}).map(([type, content]) => ({
      where: `${method} ${path} ${status} ${type}`,
      content,
    })),
  ),
]) as { where: string; content: { schema?: unknown; examples?: Record<string, unknown> } }[];

describe('every JSON body has an example', () => {
  it.each(contents.filter(({ where }) => /[/+]json$/.test(where)))('$where', ({ content }) => {
    expect(Object.keys(content.examples ?? {})).not.toEqual([]);
  });
});

/** The values that the schema allows for a problem's `code`. */
function codesOf(schema: unknown): string[] {
  const code = resolved(resolved(schema).properties.code);
  return code.enum ?? [code.const];
}

describe('every code that a problem may have is in its examples', () => {
  it.each(contents.filter(({ where }) => where.endsWith('problem+json')))(
    '$where',
    ({ content: { schema, examples } }) => {
      const shown = Object.values(examples ?? {}).map((example) => resolved(example).value.code);
      expect(new Set(shown)).toEqual(new Set(codesOf(schema)));
    },
  );

  it('every listed code is used by a response', () => {
    const unmatched = Object.values<{ content: object }>(DOCUMENT['x-unmatched-responses']).flatMap(
      ({ content }) =>
        Object.entries<{ schema?: unknown }>(content as never).map(([type, one]) => ({
          where: type,
          content: one,
        })),
    );
    const problems = [...contents, ...unmatched].filter(({ where }) => where.endsWith('problem+json'));
    const carried = problems.flatMap(({ content }) => codesOf(content.schema));
    expect(new Set(carried)).toEqual(new Set(DOCUMENT.components.schemas.ProblemCode.enum));
  });
});

import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { compiler, SOCKET_DOCUMENT } from './document.ts';
import { type DescribedFrame, EXCHANGES, follow, framesTo, pushedTo } from './sockets.ts';

const validatorOf = compiler({ closed: true, document: SOCKET_DOCUMENT });
const kinds = ['conversation', 'device'] as const;
const frames = kinds.flatMap((kind) => [
  ...EXCHANGES.filter(({ socket }) => socket === kind).map(({ frame }) => ({ kind, frame })),
  ...framesTo(kind).map((frame) => ({ kind, frame })),
]);

it('asyncapi.yaml is a valid AsyncAPI document, and all its references exist', () => {
  const lint = spawnSync(process.execPath, ['node_modules/.bin/redocly', 'lint', 'parley-socket'], {
    encoding: 'utf8',
  });
  expect(lint.stderr).toContain('asyncapi.yaml');
  expect(lint.status, lint.stdout + lint.stderr).toBe(0);
});

describe('every example matches its schema and has no other field', () => {
  it.each(
    frames.flatMap(({ kind, frame: { id, schema, examples } }) =>
      examples.map(({ name, payload }) => ({ kind, id, name, schema, payload })),
    ),
  )('$kind: $id, $name', ({ schema, payload }) => {
    const validate = validatorOf(schema);
    validate(payload);
    expect(validate.errors).toBeNull();
  });
});

describe('the examples of every frame show', () => {
  const propertiesOf = ({ schema }: DescribedFrame) => Object.keys(follow(schema).properties);

  it.each(frames)('$kind: $frame.id, each of its fields', ({ frame }) => {
    const shown = new Set(frame.examples.flatMap(({ payload }) => Object.keys(payload)));
    // Any frame may have a `ref`, so not every example shows one.
    expect(propertiesOf(frame).filter((name) => name !== 'ref' && !shown.has(name))).toEqual([]);
  });

  it.each(kinds)('each code of an error on the socket of a %s, under its name', (kind) => {
    const { schema, examples } = framesTo(kind).find(({ id }) => id === 'error') as DescribedFrame;
    const codes: string[] = follow(follow(schema).properties.code).enum;
    expect(examples.map(({ payload }) => payload.code)).toEqual(codes);
    expect(examples.map(({ name }) => name)).toEqual(codes);
  });
});

it('every message of a channel belongs to one of its operations, and no other message is described', () => {
  for (const kind of kinds) {
    const used = [
      ...EXCHANGES.filter(({ socket }) => socket === kind).map(({ frame }) => frame.id),
      ...framesTo(kind).map(({ id }) => id),
    ];
    expect(Object.keys(SOCKET_DOCUMENT.channels[kind].messages).sort()).toEqual(used.sort());
  }
  const described = new Set(Object.values(SOCKET_DOCUMENT.components.messages));
  const reached = kinds.flatMap((kind) =>
    Object.values<{ $ref: string }>(SOCKET_DOCUMENT.channels[kind].messages).map(
      ({ $ref }) => SOCKET_DOCUMENT.components.messages[$ref.split('/').at(-1) as string],
    ),
  );
  expect(new Set(reached)).toEqual(described);
});

it('a frame that the server sends by itself has no `ref`', () => {
  for (const kind of kinds) {
    for (const { id, schema } of pushedTo(kind)) {
      expect(follow(schema).properties, id).not.toHaveProperty('ref');
    }
  }
});

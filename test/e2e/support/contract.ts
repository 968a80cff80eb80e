import { compiler, DOCUMENT, OPERATIONS, resolved } from '../../contract/document.ts';

/** The parts of a response that the contract describes. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

// These tests do not allow undescribed fields, although clients must expect them.
const validatorOf = compiler({ closed: true });

const operations = OPERATIONS.map((operation) => ({
  ...operation,
  pattern: new RegExp(`^${operation.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`),
}));

/**
 * Throws if openapi.yaml does not describe the response: status, content type, headers, and every field of the body.
 */
export function assertDocumented(method: string, path: string, answer: Answer): void {
  const pathname = path.split('?')[0] ?? '';
  const operation = operationAt(method, pathname);
  const responses = operation?.described.responses ?? DOCUMENT['x-unmatched-responses'];
  const faults = [...faultsOf(resolved(responses[answer.status]), answer)];
  if (faults.length === 0) return;
  throw new Error(
    `${method} ${path} answered ${answer.status}, not as openapi.yaml says:\n${faults.join('\n')}\n${answer.text.slice(0, 2000)}`,
  );
}

/** As in API Gateway, a literal path wins over one with a variable. */
function operationAt(method: string, pathname: string) {
  const fitting = operations.filter(({ pattern }) => pattern.test(pathname));
  const path = fitting
    .map((one) => one.path)
    .toSorted((a, b) => a.split('{').length - b.split('{').length)[0];
  return fitting.find((one) => one.path === path && one.method === method);
}

interface Described {
  readonly headers?: Record<string, unknown>;
  readonly content?: Record<string, { schema?: unknown }>;
}

function* faultsOf(described: Described | undefined, { headers, text }: Answer): Generator<string> {
  if (!described) {
    yield 'the status is not described';
    return;
  }
  for (const [name, header] of Object.entries(described.headers ?? {})) {
    const { required, schema } = resolved(header);
    const sent = headers.get(name);
    if (sent !== null) yield* violations(schema, schema.type === 'integer' ? Number(sent) : sent, name);
    else if (required) yield `the header ${name} is missing`;
  }
  const type = headers.get('content-type')?.split(';')[0] ?? '';
  if (!described.content) {
    if (text !== '') yield 'a body where none is described';
    return;
  }
  const content = described.content[type];
  if (!content) yield `the content type ${type} is not described`;
  else if (type === 'application/x-ndjson') {
    const { items } = (content.schema as { contentSchema: { items: unknown } }).contentSchema;
    for (const line of text.trimEnd().split('\n')) yield* violations(items, JSON.parse(line), 'line');
  } else if (content.schema)
    yield* violations(content.schema, /[/+]json$/.test(type) ? JSON.parse(text) : text, 'body');
}

function* violations(schema: unknown, value: unknown, what: string): Generator<string> {
  const validate = validatorOf(schema);
  if (validate(value)) return;
  for (const { instancePath, message, params } of validate.errors ?? []) {
    yield `${what}${instancePath} ${message} ${JSON.stringify(params)}`;
  }
}

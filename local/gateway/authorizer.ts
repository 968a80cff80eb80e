import type { IncomingMessage } from 'node:http';
import { arn } from '../assembly/account.ts';
import type { InvocationResult, WebSocketApiSpec } from '../model.ts';
import { escapePattern } from './escape-pattern.ts';
import { splitOnce } from './http-event.ts';

export type Verdict =
  | { readonly status: 200; readonly context: Readonly<Record<string, string>> }
  | { readonly status: 401 | 403 | 500 };

/** API Gateway's quota for an authorizer's result. */
const maximumResultBytes = 8 * 1024;

export function connectArn({ id, stage }: WebSocketApiSpec): string {
  return arn('execute-api', `${id}/${stage}/$connect`);
}

const identitySource = /^route\.request\.(header|querystring)\.(.+)$/;

/** @throws Error for a source that this runtime does not know. */
export function checkIdentitySources(sources: readonly string[]): void {
  const unknown = sources.find((source) => !identitySource.test(source));
  if (unknown !== undefined) {
    throw new Error(`Identity source ${unknown} is not supported by the local runtime`);
  }
}

/** All the sources that an authorizer names must be there, or the call is refused without it. */
export function hasIdentity(request: IncomingMessage, sources: readonly string[]): boolean {
  const query = new URLSearchParams(splitOnce(request.url ?? '', '?')[1]);
  return sources.every((source) => {
    const [, place, name = ''] = identitySource.exec(source) ?? [];
    return Boolean(place === 'header' ? request.headers[name.toLowerCase()] : query.get(name));
  });
}

/** Reads a REQUEST authorizer's answer as API Gateway does. */
export function readVerdict(result: InvocationResult | 'timed-out', methodArn: string): Verdict {
  if (result === 'timed-out') {
    return { status: 500 };
  }
  if (!result.ok) {
    return { status: result.errorMessage === 'Unauthorized' ? 401 : 500 };
  }
  const { principalId, policyDocument, context = {} } = Object(result.value) as Record<string, unknown>;
  const statements = (policyDocument as { Statement?: unknown } | undefined)?.Statement;
  if (typeof principalId !== 'string' || statements === undefined || !isFlat(context)) {
    return { status: 500 };
  }
  if (Buffer.byteLength(JSON.stringify(result.value)) > maximumResultBytes) {
    return { status: 500 };
  }
  if (!isAllowed([statements].flat() as Statement[], methodArn)) {
    return { status: 403 };
  }
  const strings = Object.entries(context).map(([name, value]) => [name, String(value)]);
  return { status: 200, context: { principalId, ...Object.fromEntries(strings) } };
}

interface Statement {
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
}

function isAllowed(statements: readonly Statement[], methodArn: string): boolean {
  const effects = statements
    .filter(({ Action = [], Resource = [] }) => {
      const matches = (patterns: string | readonly string[], text: string) =>
        [patterns].flat().some((pattern) => wildcard(pattern).test(text));
      return matches(Action, 'execute-api:Invoke') && matches(Resource, methodArn);
    })
    .map(({ Effect }) => Effect);
  return effects.includes('Allow') && !effects.includes('Deny');
}

/** IAM's wildcards: `*` for anything, `?` for one character. */
function wildcard(pattern: string): RegExp {
  const source = escapePattern(pattern).replaceAll('\\*', '.*').replaceAll('\\?', '.');
  return new RegExp(`^${source}$`);
}

/** Objects and arrays are not valid values of an authorizer's context. */
function isFlat(context: unknown): context is Record<string, unknown> {
  return (
    typeof context === 'object' &&
    context !== null &&
    Object.values(context).every((value) => ['string', 'number', 'boolean'].includes(typeof value))
  );
}

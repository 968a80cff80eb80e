import type { IncomingMessage } from 'node:http';
import { arn } from '../assembly/account.ts';
import { type Assumed, nothingAssumed } from '../assumptions.ts';
import type { InvocationResult } from '../invoker.ts';
import type { WebSocketApiSpec } from '../model.ts';
import { wildcard } from '../wildcard.ts';
import { splitOnce } from './http-handler.ts';

export type Verdict =
  | { readonly status: 200; readonly context: Readonly<Record<string, string>> }
  | { readonly status: 401 | 403 | 500 };

/** API Gateway's quota for the result of an authorizer. */
const maximumResultBytes = 8 * 1024;

export function connectArn({ id, stage }: WebSocketApiSpec): string {
  return arn('execute-api', `${id}/${stage}/$connect`);
}

const identitySource = /^route\.request\.(header|querystring)\.(.+)$/;

/** @throws Error for an identity source that this runtime does not support */
export function checkIdentitySources(sources: readonly string[]): void {
  const unknown = sources.find((source) => !identitySource.test(source));
  if (unknown !== undefined) {
    throw new Error(
      `Identity source ${unknown} is not supported. Supported: route.request.header.* and route.request.querystring.*`,
    );
  }
}

/** Whether the request has every identity source. Otherwise API Gateway refuses it without calling the authorizer. */
export function hasIdentity(request: IncomingMessage, sources: readonly string[]): boolean {
  const query = new URLSearchParams(splitOnce(request.url ?? '', '?')[1]);
  return sources.every((source) => {
    const [, place, name = ''] = identitySource.exec(source) ?? [];
    return Boolean(place === 'header' ? request.headers[name.toLowerCase()] : query.get(name));
  });
}

/** Reads the result of a REQUEST authorizer as API Gateway does. */
export function readVerdict(
  result: InvocationResult | 'timed-out',
  methodArn: string,
  assumed: Assumed = nothingAssumed,
): Verdict {
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
  const strings = Object.entries(context)
    .filter(([, value]) => value !== '' || !assumed.has('empty-context-dropped'))
    .map(([name, value]) => [name, String(value)]);
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

/** Values of an authorizer's context must not be objects or arrays. */
function isFlat(context: unknown): context is Record<string, unknown> {
  return (
    typeof context === 'object' &&
    context !== null &&
    Object.values(context).every((value) => ['string', 'number', 'boolean'].includes(typeof value))
  );
}

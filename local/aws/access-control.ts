import { account } from '../assembly/account.ts';
import type { FunctionSpec, Permission } from '../model.ts';
import { wildcard } from '../wildcard.ts';

export interface AccessControl {
  /**
   * The message with which AWS refuses the request; undefined if the role of the caller allows it. A caller that is not
   * a function is a tool of the developer and may do everything.
   */
  refusal(caller: string, accesses: readonly Access[]): string | undefined;
  /** Replaces the permissions by those of these functions. */
  reload(functions: readonly FunctionSpec[]): void;
}

/** Restricts functions to the permissions of their roles. Each refusal is a line in the log of the function. */
export function accessControl(
  functions: readonly FunctionSpec[],
  onLog: (functionName: string, line: string) => void,
): AccessControl {
  let authorizers = authorizersOf(functions);

  return {
    refusal(caller, accesses) {
      const authorize = authorizers.get(caller);
      const denied = authorize && accesses.find((access) => !authorize(access));
      if (denied === undefined) return undefined;
      onLog(caller, `ERROR the function's role does not allow ${describe(denied)}`);
      const user = `arn:${account.partition}:sts::${account.id}:assumed-role/local/${caller}`;
      const why = `because no identity-based policy allows the ${denied.action} action`;
      return `User: ${user} is not authorized to perform: ${denied.action} on resource: ${denied.resource} ${why}`;
    },
    reload(next) {
      authorizers = authorizersOf(next);
    },
  };
}

function authorizersOf(functions: readonly FunctionSpec[]): Map<string, Authorize> {
  return new Map(functions.map(({ name, permissions }) => [name, authorizer(permissions)]));
}

function describe({ action, resource, leadingKeys }: Access): string {
  const keys = leadingKeys?.map((key) => JSON.stringify(key)).join(', ') ?? '';
  return `${action} on ${resource}${keys === '' ? '' : `, partition key ${keys}`}`;
}

/** One permission that a request needs. A transaction needs one for each of its items. */
export interface Access {
  /** For example `dynamodb:Query`. */
  readonly action: string;
  /** An ARN, or `*` for an action without resources. */
  readonly resource: string;
  /** The partition keys in the request; undefined if they are unknown. */
  readonly leadingKeys?: readonly string[] | undefined;
  /** What conditions may ask for, by name. */
  readonly context?: Readonly<Record<string, string>>;
}

/** Whether an access is allowed. */
export type Authorize = (access: Access) => boolean;

interface Rule {
  readonly resources: readonly RegExp[];
  readonly leadingKeys: readonly RegExp[] | undefined;
  readonly equals: Permission['equals'];
}

/** Decides as IAM does for a role that has only Allow statements: one statement must cover the whole access. */
export function authorizer(permissions: readonly Permission[]): Authorize {
  const rules = permissions.map(({ actions, resources, leadingKeys, equals }) => ({
    equals,
    // Action names are not case-sensitive. ARNs and keys are.
    actions: actions.map((action) => wildcard(action, 'i')),
    resources: resources.map((resource) => wildcard(resource)),
    leadingKeys: leadingKeys?.map((key) => wildcard(key)),
  }));
  const byAction = new Map<string, readonly Rule[]>();

  function rulesFor(action: string): readonly Rule[] {
    const known = byAction.get(action);
    if (known !== undefined) return known;
    const found = rules.filter(({ actions }) => matches(actions, action));
    byAction.set(action, found);
    return found;
  }

  return ({ action, resource, leadingKeys, context = {} }) =>
    rulesFor(action).some(
      (rule) =>
        matches(rule.resources, resource) &&
        coversKeys(rule.leadingKeys, leadingKeys) &&
        Object.entries(rule.equals ?? {}).every(([name, values]) => values.includes(context[name] ?? '')),
    );
}

/** `ForAllValues` is also true for a request without keys. */
function coversKeys(allowed: readonly RegExp[] | undefined, keys: readonly string[] | undefined): boolean {
  if (allowed === undefined) return true;
  return keys?.every((key) => matches(allowed, key)) ?? false;
}

function matches(patterns: readonly RegExp[], text: string): boolean {
  return patterns.some((one) => one.test(text));
}

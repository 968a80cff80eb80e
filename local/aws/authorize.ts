import type { Permission } from '../model.ts';
import { escapePattern } from '../wildcard.ts';

/** One thing that a request asks to do. A request may be several: a transaction is one for each of its items. */
export interface Access {
  /** For example `dynamodb:Query`. */
  readonly action: string;
  /** An ARN, or `*` for an action that knows no resources. */
  readonly resource: string;
  /** The partition keys that it names; undefined when they cannot be told. */
  readonly leadingKeys?: readonly string[] | undefined;
}

/** Whether an access is allowed. */
export type Authorize = (access: Access) => boolean;

interface Rule {
  readonly resources: readonly RegExp[];
  readonly leadingKeys: readonly RegExp[] | undefined;
}

/** Decides as IAM does for a role whose statements all allow: one that covers the whole access is enough. */
export function authorizer(permissions: readonly Permission[]): Authorize {
  const rules = permissions.map(({ actions, resources, leadingKeys }) => ({
    // The names of actions are not case-sensitive, ARNs and keys are.
    actions: actions.map((action) => pattern(action, 'i')),
    resources: resources.map((resource) => pattern(resource)),
    leadingKeys: leadingKeys?.map((key) => pattern(key)),
  }));
  const byAction = new Map<string, readonly Rule[]>();

  function rulesFor(action: string): readonly Rule[] {
    const known = byAction.get(action);
    if (known !== undefined) return known;
    const found = rules.filter(({ actions }) => matches(actions, action));
    byAction.set(action, found);
    return found;
  }

  return ({ action, resource, leadingKeys }) =>
    rulesFor(action).some(
      (rule) => matches(rule.resources, resource) && coversKeys(rule.leadingKeys, leadingKeys),
    );
}

/** ForAllValues: it is true of a request without any keys, too. */
function coversKeys(allowed: readonly RegExp[] | undefined, keys: readonly string[] | undefined): boolean {
  if (allowed === undefined) return true;
  return keys?.every((key) => matches(allowed, key)) ?? false;
}

function matches(patterns: readonly RegExp[], text: string): boolean {
  return patterns.some((one) => one.test(text));
}

/** `*` stands for any text, `?` for any one character. */
function pattern(text: string, flags = ''): RegExp {
  const source = escapePattern(text).replaceAll('\\*', '.*').replaceAll('\\?', '.');
  return new RegExp(`^${source}$`, `${flags}s`);
}

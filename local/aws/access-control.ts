import { account } from '../assembly/account.ts';
import type { FunctionSpec } from '../model.ts';
import { type Access, type Authorize, authorizer } from './authorize.ts';

export interface AccessControl {
  /**
   * What AWS says to the caller of a request that it may not make; undefined when it may. A caller that is no function
   * is a tool of the developer, who may do anything.
   */
  refusal(caller: string, accesses: readonly Access[]): string | undefined;
  /** Goes on with what these functions may do. */
  reload(functions: readonly FunctionSpec[]): void;
}

/** Holds functions to what their roles allow; each refusal is a line of the function's in the log. */
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
      onLog(caller, `ERROR its role does not allow ${describe(denied)}`);
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

import type { FunctionSpec } from '../model.ts';
import { account } from './account.ts';
import type { Draft, FunctionDraft } from './draft.ts';

/** Managed policies that allow nothing of what the runtime plays: they are about logs and traces. */
const aboutElsewhere = new Set(
  ['service-role/AWSLambdaBasicExecutionRole', 'AWSXRayDaemonWriteAccess'].map(
    (name) => `arn:${account.partition}:iam::aws:policy/${name}`,
  ),
);

/** Gives a function what its role allows. */
export function linkFunction({ roleArn, error, ...spec }: FunctionDraft, draft: Draft): FunctionSpec {
  const role = draft.roles.get(roleArn);
  if (role === undefined) throw error(`no role "${roleArn}"`);
  for (const managed of role.managedPolicies) {
    if (!aboutElsewhere.has(managed)) throw role.error(`the managed policy ${managed} is not known`);
  }
  const attached = draft.policies.filter(({ roles }) => roles.includes(role.name));
  const permissions = [...role.permissions, ...attached.flatMap((policy) => policy.permissions)];
  return { ...spec, permissions };
}

import type { Permission } from '../../model.ts';
import { account } from '../account.ts';
import type { Properties } from '../properties.ts';
import { byId, type ResourceType } from '../resource-type.ts';

/** Services that the runtime plays, so that it asks who may use them. Lambda itself sends to the queue of dead letters. */
const services = ['dynamodb', 'secretsmanager', 'execute-api', 'sqs'];

export const role: ResourceType = {
  nameProperty: 'RoleName',
  identify: (name, id) => ({
    ref: name,
    attributes: { Arn: `arn:${account.partition}:iam::${account.id}:role/${name}`, RoleId: id },
  }),
  read({ ref, attributes, properties, error }, draft) {
    properties.harmless('labels', 'RoleName', 'Description', 'Tags');
    properties.harmless(
      'Lambda refuses to make a function whose role it may not take',
      'AssumeRolePolicyDocument',
    );
    const inline = properties.list('Policies');
    for (const one of inline) one.harmless('labels', 'PolicyName');
    draft.roles.set(attributes.Arn ?? '', {
      name: ref,
      managedPolicies: properties.texts('ManagedPolicyArns'),
      permissions: inline.flatMap(document),
      error,
    });
  },
};

/** A policy within the roles that it names. */
export const policy: ResourceType = {
  identify: byId('Id'),
  read({ properties }, draft) {
    properties.harmless('labels', 'PolicyName');
    draft.policies.push({ roles: properties.texts('Roles'), permissions: document(properties) });
  },
};

function document(properties: Properties): Permission[] {
  const content = properties.nested('PolicyDocument');
  if (content === undefined) throw properties.error('PolicyDocument', 'is missing');
  content.expect('Version', '2012-10-17');
  return content.list('Statement').flatMap(statement);
}

function statement(properties: Properties): Permission[] {
  const actions = patterns(properties, 'Action').filter(isAsked);
  if (actions.length === 0) {
    properties.harmless('of services that are not on this machine', ...properties.names());
    return [];
  }
  properties.harmless('a label', 'Sid');
  const effect = properties.text('Effect');
  if (effect !== 'Allow') throw properties.error('Effect', `${effect} is not known here`);
  const resources = patterns(properties, 'Resource');
  return [{ actions, resources, leadingKeys: leadingKeys(properties.nested('Condition')) }];
}

/** NotAction has no patterns, so that it ends here as a statement without Action. */
function patterns(properties: Properties, name: string): string[] {
  const value = properties.take(name);
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.map((entry) => {
    if (typeof entry !== 'string') throw properties.error(name, 'is neither a text nor a list of texts');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy's own syntax
    if (entry.includes('${')) throw properties.error(name, 'policy variables (`${…}`) are not known here');
    return entry;
  });
}

function isAsked(action: string): boolean {
  return action === '*' || services.includes(action.slice(0, action.indexOf(':')).toLowerCase());
}

/** The one condition that is known; any other operator or key is a property that nothing reads. */
function leadingKeys(condition: Properties | undefined): string[] | undefined {
  const each = condition?.nested('ForAllValues:StringLike');
  return each && patterns(each, 'dynamodb:LeadingKeys');
}

import type { Permission } from '../../model.ts';
import { account } from '../account.ts';
import type { Properties } from '../properties.ts';
import { byId, type ResourceType } from '../resource-type.ts';

/** Services whose permissions the runtime checks. `sqs` is for Lambda, which sends dead letters to a queue. */
const services = ['dynamodb', 'secretsmanager', 'execute-api', 'ses', 'sqs'];

export const role: ResourceType = {
  nameProperty: 'RoleName',
  identify: (name, id) => ({
    ref: name,
    attributes: { Arn: `arn:${account.partition}:iam::${account.id}:role/${name}`, RoleId: id },
  }),
  read({ ref, attributes, properties, error }, draft) {
    properties.harmless('labels', 'RoleName', 'Description', 'Tags');
    properties.harmless(
      'Lambda itself refuses a function whose role it cannot assume',
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

/** A policy that is attached to roles. */
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
    properties.harmless('the runtime does not emulate these services', ...properties.names());
    return [];
  }
  properties.harmless('a label', 'Sid');
  const effect = properties.text('Effect');
  if (effect !== 'Allow') throw properties.error('Effect', `${effect} is not supported. Supported: Allow`);
  const resources = patterns(properties, 'Resource');
  const condition = properties.nested('Condition');
  const equals = senders(condition);
  return [{ actions, resources, leadingKeys: leadingKeys(condition), ...(equals && { equals }) }];
}

/** Reads a pattern or a list of patterns. A statement with NotAction fails here, because it has no Action. */
function patterns(properties: Properties, name: string): string[] {
  const value = properties.take(name);
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.map((entry) => {
    if (typeof entry !== 'string') throw properties.error(name, 'must be a string or a list of strings');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy's own syntax
    if (entry.includes('${')) throw properties.error(name, 'policy variables (`${…}`) are not supported');
    return entry;
  });
}

function isAsked(action: string): boolean {
  return action === '*' || services.includes(action.slice(0, action.indexOf(':')).toLowerCase());
}

/** One of two supported conditions. All other operators and keys are properties that are not read, so they are errors. */
function leadingKeys(condition: Properties | undefined): string[] | undefined {
  const each = condition?.nested('ForAllValues:StringLike');
  return each && patterns(each, 'dynamodb:LeadingKeys');
}

/** The other one: the sender of a mail. */
function senders(condition: Properties | undefined): Record<string, string[]> | undefined {
  const equals = condition?.nested('StringEquals');
  return equals && { 'ses:FromAddress': patterns(equals, 'ses:FromAddress') };
}

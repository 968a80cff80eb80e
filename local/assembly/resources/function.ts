import { arn } from '../account.ts';
import type { Properties } from '../properties.ts';
import type { ResourceType } from '../resource-type.ts';

export const lambdaFunction: ResourceType = {
  nameProperty: 'FunctionName',
  identify: (name) => ({ ref: name, attributes: { Arn: arn('lambda', `function:${name}`) } }),
  read({ ref, properties, assetFolder, error }, draft) {
    properties.harmless('the name is known', 'FunctionName');
    properties.harmless('bundles are JavaScript: they run on this processor, too', 'Architectures');
    properties.harmless('logs go to the terminal, and there are no traces', 'LoggingConfig', 'TracingConfig');
    properties.harmless('labels', 'Description', 'Tags');
    properties.expect('Runtime', 'nodejs24.x');
    properties.expect('PackageType', 'Zip');
    const code = properties.nested('Code');
    if (code === undefined) throw properties.error('Code', 'is missing');
    code.harmless('assets are found by their key', 'S3Bucket');
    draft.functions.push({
      name: ref,
      codeFolder: assetFolder(code.text('S3Key')),
      handler: properties.text('Handler'),
      memoryMb: properties.optionalInteger('MemorySize') ?? 128,
      timeoutSeconds: properties.optionalInteger('Timeout') ?? 3,
      environment: variables(properties.nested('Environment')),
      roleArn: properties.text('Role'),
      error,
    });
  },
};

/** The code of a custom resource: it runs while CloudFormation deploys, so here it does not. */
export const deploymentFunction: ResourceType = {
  ...lambdaFunction,
  read({ properties }) {
    properties.harmless('never run here', ...properties.names());
  },
};

function variables(environment: Properties | undefined): Record<string, string> {
  const values = (environment?.take('Variables') ?? {}) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

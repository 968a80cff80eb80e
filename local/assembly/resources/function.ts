import { compileFilter, FilterError } from '../../aws/stream/filter.ts';
import { functionArn } from '../account.ts';
import type { Properties } from '../properties.ts';
import { byId, type ResourceType } from '../resource-type.ts';

export const lambdaFunction: ResourceType = {
  nameProperty: 'FunctionName',
  identify: (name) => ({ ref: name, attributes: { Arn: functionArn(name) } }),
  read({ ref, properties, assetFolder, error }, draft) {
    properties.harmless('the name is known', 'FunctionName');
    properties.harmless('bundles are JavaScript and run on every processor', 'Architectures');
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

/** The function of a custom resource. It runs only while CloudFormation deploys, so it does not run here. */
export const deploymentFunction: ResourceType = {
  ...lambdaFunction,
  read({ properties }) {
    properties.harmless('the function does not run here', ...properties.names());
  },
};

function variables(environment: Properties | undefined): Record<string, string> {
  const values = (environment?.take('Variables') ?? {}) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

/** An event source mapping: it calls a function with the records of a table's stream. */
export const eventSource: ResourceType = {
  identify: byId('Id'),
  read({ properties, error }, draft) {
    properties.harmless('labels', 'Tags');
    properties.harmless(
      'the event source starts with the table, so all starting positions are the same',
      'StartingPosition',
    );
    properties.expect('Enabled', true);
    // The engine has only one shard.
    properties.expect('ParallelizationFactor', 1);
    // No limit, or 24 hours, which is the retention of a stream.
    properties.expect('MaximumRecordAgeInSeconds', -1, 86_400);
    properties.expect('FunctionResponseTypes', [], ['ReportBatchItemFailures']);
    draft.eventSources.push({
      function: properties.text('FunctionName'),
      sourceArn: properties.text('EventSourceArn'),
      batchSize: properties.optionalInteger('BatchSize') ?? 100,
      windowSeconds: properties.optionalInteger('MaximumBatchingWindowInSeconds') ?? 0,
      reportsItemFailures: properties.texts('FunctionResponseTypes').length > 0,
      bisectsOnError: properties.flag('BisectBatchOnFunctionError'),
      // −1 means: until the record expires.
      maximumRetries: properties.optionalInteger('MaximumRetryAttempts') ?? -1,
      filters: filters(properties),
      deadLetterArn: properties.nested('DestinationConfig')?.nested('OnFailure')?.text('Destination'),
      error,
    });
  },
};

function filters(properties: Properties): object[] {
  const list = properties.nested('FilterCriteria')?.list('Filters') ?? [];
  return list.map((filter) => {
    const pattern = JSON.parse(filter.text('Pattern'));
    try {
      compileFilter(pattern);
    } catch (error) {
      if (error instanceof FilterError) throw filter.error('Pattern', error.message);
      throw error;
    }
    return pattern;
  });
}

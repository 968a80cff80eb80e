import { compileFilter, FilterError } from '../../aws/stream/filter.ts';
import type { Properties } from '../properties.ts';
import { byId, type ResourceType } from '../resource-type.ts';

/** A table's stream that calls a function. */
export const eventSource: ResourceType = {
  identify: byId('Id'),
  read({ properties, error }, draft) {
    properties.harmless('labels', 'Tags');
    properties.harmless(
      'the table and this start together, so both positions are the same',
      'StartingPosition',
    );
    properties.expect('Enabled', true);
    // One shard here; the engine has no more.
    properties.expect('ParallelizationFactor', 1);
    // A stream's own 24 hours, or no limit.
    properties.expect('MaximumRecordAgeInSeconds', -1, 86_400);
    properties.expect('FunctionResponseTypes', [], ['ReportBatchItemFailures']);
    draft.eventSources.push({
      function: properties.text('FunctionName'),
      sourceArn: properties.text('EventSourceArn'),
      batchSize: properties.optionalInteger('BatchSize') ?? 100,
      windowSeconds: properties.optionalInteger('MaximumBatchingWindowInSeconds') ?? 0,
      reportsItemFailures: properties.texts('FunctionResponseTypes').length > 0,
      bisectsOnError: properties.flag('BisectBatchOnFunctionError'),
      // −1: as long as the record exists.
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

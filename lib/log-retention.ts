import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Stage } from './settings.ts';

/** Long enough to look into a complaint in production. A developer watches their own stage while it runs. */
export function logRetention(stage: Stage): RetentionDays {
  return stage === 'prod' ? RetentionDays.THREE_MONTHS : RetentionDays.ONE_WEEK;
}

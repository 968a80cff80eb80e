import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Settings } from './settings.ts';

/** Long enough to look into a complaint of a real user. A developer watches their own stage while it runs. */
export function logRetention({ protect }: Settings): RetentionDays {
  return protect ? RetentionDays.THREE_MONTHS : RetentionDays.ONE_WEEK;
}

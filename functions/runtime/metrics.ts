import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

const metrics = new Metrics();

/** Counts something worth an alarm. Ordinary work is not counted here: each such line is a log line that is paid for. */
export function count(name: 'DeliveryFailed' | 'ServerFault'): void {
  metrics.addMetric(name, MetricUnit.Count, 1);
  metrics.publishStoredMetrics();
}

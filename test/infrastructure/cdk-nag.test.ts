import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App, Stack } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { appIn, inFolder } from './support/synthesize.ts';

interface Report {
  readonly pluginReports: readonly { readonly violations: readonly { readonly ruleName: string }[] }[];
}

/** Returns whether the synthesis passes, and its errors and warnings. */
function check(context: Record<string, string>, change: (app: App) => void = () => {}) {
  return inFolder((folder) => {
    const app = appIn(folder, context);
    change(app);
    const passes = succeeds(() => app.synth());
    const report: Report = JSON.parse(readFileSync(join(folder, 'cdk.out/validation-report.json'), 'utf8'));
    const violations = report.pluginReports.flatMap((each) => each.violations);
    return { passes, findings: violations.map(({ ruleName }) => ruleName) };
  });
}

function succeeds(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}

// Synthesis takes half a second, but loading its modules can take long on a busy machine.
describe('cdk-nag’s AwsSolutions pack', { timeout: 90_000 }, () => {
  // cdk-nag also prints the report.
  beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}));
  afterEach(() => vi.restoreAllMocks());

  it.each([
    { stage: 'dev' },
    { stage: 'prod' },
    { stage: 'dev', bareApis: 'on' },
    {
      ...{ domain: 'chat.example', certificate: 'arn:aws:acm:us-east-1:123456789012:certificate/1-a' },
      ...{ requestsPerAddress: '2000', webAcl: 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/1-a' },
      ...{ stage: 'prod', mailFrom: 'parley@chat.example', tracing: 'on' },
    },
  ])('finds nothing with %j except findings that are acknowledged beside their resource', (context) => {
    expect(check(context as Record<string, string>)).toEqual({ passes: true, findings: [] });
  });

  it('fails the synthesis at a violation: a queue that accepts requests without TLS', () => {
    const plant = (app: App) => void new Queue(app.node.findChild('parley-dev-service') as Stack, 'Planted');
    expect(check({}, plant)).toEqual({
      passes: false,
      findings: ['AwsSolutions-SQS3', 'AwsSolutions-SQS4'],
    });
  });
});

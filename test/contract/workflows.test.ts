import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from './markdown.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly name: string;
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, { steps: Step[]; permissions?: unknown; strategy?: unknown }>>;
}

const read = (path: string) => parse(readFileSync(join(ROOT, path), 'utf8'));
const { scripts, workspaces } = read('package.json') as { scripts: object; workspaces: string[] };
const workflows = globSync('.github/workflows/*.yml', { cwd: ROOT }).map((path) => ({
  path,
  workflow: read(path) as Workflow,
}));
const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps }) => steps);
const workflow = (name: string) => workflows.find((one) => one.workflow.name === name)?.workflow as Workflow;

describe.each(workflows)('the workflow $path', ({ workflow }) => {
  it('calls npm scripts that exist', () => {
    const called = stepsOf(workflow).flatMap(({ run = '' }) =>
      [...run.matchAll(/npm (?:run ([\w:]+)|(start|test)\b)/g)].map(([, name, short]) => name ?? short),
    );
    expect(called.length).toBeGreaterThan(0);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(called));
  });

  it('pins every action to a commit', () => {
    const actions = stepsOf(workflow).flatMap(({ uses = [] }) => uses);
    expect(actions.length).toBeGreaterThan(0);
    expect(actions.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(action))).toEqual([]);
  });

  it('may only read the repository, unless a job says more', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
  });

  it('puts no input into the text of a script', () => {
    // An expression in `run` is pasted into the shell: a value could carry commands.
    expect(stepsOf(workflow).filter(({ run = '' }) => run.includes('${{'))).toEqual([]);
  });
});

describe('the tests', () => {
  it('run on Linux and macOS, on every Node that may install the project', () => {
    expect(workflow('test').jobs.test?.strategy).toMatchObject({
      matrix: { os: ['ubuntu-latest', 'macos-latest'], node: [20, 22, 24] },
    });
  });
});

describe('the deployment', () => {
  it('gets its credentials by OIDC and knows no secret', () => {
    const deploy = workflow('deploy');
    expect(deploy.jobs.deploy?.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
    const credentials = stepsOf(deploy).find(({ uses }) => uses?.includes('configure-aws-credentials'));
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub Actions.
    expect(credentials?.with).toMatchObject({ 'role-to-assume': '${{ vars.AWS_ROLE_ARN }}' });
    expect(readFileSync(join(ROOT, '.github/workflows/deploy.yml'), 'utf8')).not.toContain('secrets.');
  });
});

describe('Dependabot', () => {
  it('looks after npm packages and actions, in groups', () => {
    const { version, updates } = read('.github/dependabot.yml');
    expect(version).toBe(2);
    const looked = updates.map((update: Record<string, unknown>) => [
      update['package-ecosystem'],
      update.directory,
      Object.keys(update.groups as object),
    ]);
    expect(looked).toEqual([
      ['npm', '/', ['aws', 'npm']],
      ['github-actions', '/', ['actions']],
    ]);
    expect(workspaces).toEqual(['client', 'web', 'local']);
  });
});

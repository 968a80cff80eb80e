import { execFile } from 'node:child_process';
import { expect, inject, it } from 'vitest';

const smoke = (...args: string[]) =>
  new Promise<{ code: number; output: string }>((resolve) => {
    const child = execFile(process.execPath, ['scripts/smoke.ts', ...args], (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, output: stdout + stderr });
    });
  });

it('npm run smoke passes against a running system, and names what only AWS can show', async () => {
  const { code, output } = await smoke(inject('parleyUrl'));
  expect(output).not.toMatch(/^failed/m);
  expect(output.match(/^ok /gm)?.length).toBeGreaterThanOrEqual(8);
  expect(output).toMatch(/^skipped a silent socket/m);
  expect(output).toContain('All checks passed.');
  expect(code).toBe(0);
});

it('npm run smoke fails where nothing answers, and prints each check', async () => {
  const { code, output } = await smoke('http://127.0.0.1:9');
  expect(output.match(/^failed /gm)).toHaveLength(8);
  expect(code).toBe(1);
});

it.each([[[]], [['chat.example']], [['https://chat.example/ws']]])(
  'npm run smoke explains itself: %j',
  async (args) => {
    expect(await smoke(...args)).toEqual({
      code: 1,
      output: expect.stringContaining('Usage: npm run smoke'),
    });
  },
);

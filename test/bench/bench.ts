/** Measures how fast a running system is: `npm run bench`. (`npm run cost` counts what it costs on AWS.) */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Figure, markdownOf } from './speed/figure.ts';
import { readOptions, UsageError } from './speed/options.ts';
import { type Part, say } from './speed/part.ts';
import { dataFolder } from './speed/system/data-folder.ts';
import { describeMachine } from './speed/system/machine.ts';
import { targetTable } from './speed/targets.ts';

/** In the order in which they are measured. */
const PARTS: Readonly<Record<string, () => Promise<Part>>> = {
  pair: async () => (await import('./speed/parts/pair.ts')).pair,
  pairs: async () => (await import('./speed/parts/pairs.ts')).pairs,
  'in-flight': async () => (await import('./speed/parts/in-flight.ts')).inFlight,
  crowd: async () => (await import('./speed/parts/crowd.ts')).crowd,
  groups: async () => (await import('./speed/parts/groups.ts')).groups,
  sockets: async () => (await import('./speed/parts/sockets.ts')).sockets,
  rest: async () => (await import('./speed/parts/rest.ts')).rest,
  memory: async () => (await import('./speed/parts/memory.ts')).memory,
  'login-timing': async () => (await import('./speed/parts/login-timing.ts')).loginTiming,
  usd: async () => (await import('./speed/parts/usd.ts')).usd,
  functions: async () => (await import('./speed/parts/functions.ts')).functions,
};

const USAGE = `npm run bench -- [part …] [--runs 5] [--quick] [--url http://localhost:8000]

Measures a system over its public contract and prints tables. Without a part it measures all but "web".

  pair       one pair, one message at a time
  pairs      50 pairs at once, and the CPU time of a message by process
  in-flight  what frames cost that are in flight together: puts refused, order lost
  crowd      10 writers in one conversation; a user with 20 devices
  groups     a group of 100 members, 30 of them online; what a message costs
  sockets    2,000 idle sockets: opening, memory, all back at once
  rest       HTTP requests on a large table, and on one a tenth as large
  memory     all processes of npm start: idle, under 50 pairs, idle again
  functions  size, CPU time and memory of each function's start; --why: by import
  login-timing  whether the time of a refused log-in tells who has an account
  usd        a million messages on AWS, by the recorded counts of npm run cost
  web        the web app in a browser: how long a user waits

  --runs     how often each measurement is repeated after its warm-up (5)
  --quick    fewer messages and shorter waits: for a look, not for figures
  --url      a system that runs already, instead of one that is started for this
  --why      with "functions": what each import costs
  --anywhere allows a --url that is not on this machine
  --help     this text

The results are also stored in .cache/bench/ as JSON.`;

// An end by a signal must also end the systems that were started.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));

try {
  await main();
} catch (error) {
  console.error(error instanceof UsageError ? `bench: ${error.message}\n\n${USAGE}` : error);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), [...Object.keys(PARTS), 'web']);
  if (options.help) console.log(USAGE);
  else if (options.parts.includes('web')) await (await import('./web/bench.ts')).benchWeb();
  else await measure(options);
}

async function measure(options: ReturnType<typeof readOptions>): Promise<void> {
  const date = new Date().toISOString();
  const machine = describeMachine();
  say(
    `${Object.entries(machine)
      .map(([what, value]) => `${what}: ${value}`)
      .join(', ')}`,
  );
  const figures: Figure[] = [];
  const parts = options.parts.length > 0 ? options.parts : Object.keys(PARTS);
  for (const name of parts) {
    const part = await (PARTS[name] as () => Promise<Part>)();
    for await (const section of part(options)) {
      console.log(`${markdownOf(section)}\n`);
      figures.push(...section.figures);
    }
  }
  console.log(`## What must be reached\n\n${targetTable(figures, options.parts.length === 0)}`);
  const file = join(dataFolder(), `${date.replaceAll(':', '-')}.json`);
  const loadAtEnd = describeMachine().load;
  writeFileSync(
    file,
    `${JSON.stringify({ date, machine: { ...machine, loadAtEnd }, options, figures }, null, 2)}\n`,
  );
  say(`Stored in ${file}`);
}

/** Measures how long a user waits: `npm run bench -- web`. (`npm run cost` counts the cost on AWS.) */
const benches: Readonly<Record<string, () => Promise<void>>> = {
  web: async () => (await import('./web/bench.ts')).benchWeb(),
};

const [name = ''] = process.argv.slice(2);
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (bench) await bench();
else {
  console.error(`npm run bench -- <what>, one of: ${Object.keys(benches).join(', ')}`);
  process.exitCode = 1;
}

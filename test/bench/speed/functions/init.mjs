/**
 * `node init.mjs <bundle>`: imports a bundle as Lambda does at a cold start, and prints what that took.
 *
 * It is in JavaScript, because Node.js would take memory to strip its types.
 */
import { pathToFileURL } from 'node:url';

const bundle = pathToFileURL(process.argv[2]).href;
const before = process.cpuUsage();
await import(bundle);
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ cpuMs: (user + system) / 1_000, bytes: process.memoryUsage.rss() }));
process.exit();

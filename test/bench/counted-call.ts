import { ask, type Call } from '../support/people.ts';

/** The bodies of all answers, for counting. */
export const received = { bytes: 0 };

/** Calls the HTTP API, and counts the answer. @throws unless the call succeeds */
export async function call(url: string, path: string, options?: Call): Promise<Record<string, unknown>> {
  const text = await ask(url + path, options);
  received.bytes += Buffer.byteLength(text);
  return JSON.parse(text) as Record<string, unknown>;
}

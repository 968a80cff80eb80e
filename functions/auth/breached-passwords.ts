import { createHash } from 'node:crypto';
import type { BreachedPasswords } from '../core/accounts/breaches.ts';

/** A user waits for it. */
const TIMEOUT_MS = 1_000;

/** An answer has some 900 lines of at most 47 characters, and up to 1,000 lines of padding. */
const MAX_CHARACTERS = 256 * 1024;

/**
 * The range API of Have I Been Pwned, or one like it. It is told the first 5 of the 40 hexadecimal digits of the password's SHA-1, and
 * answers with the rest of all hashes that begin so. Padding hides from whoever sees the traffic how many these are.
 * https://haveibeenpwned.com/API/v3#SearchingPwnedPasswordsByRange
 *
 * @param url the address before the digits, such as `https://api.pwnedpasswords.com/range/`
 */
export function breachedPasswords(
  url: string,
  options: {
    readonly fetch: typeof globalThis.fetch;
    readonly deadline: (milliseconds: number) => AbortSignal;
  },
): BreachedPasswords {
  return {
    async includes(password) {
      const hash = createHash('sha1').update(password).digest('hex').toUpperCase();
      const [prefix, rest] = [hash.slice(0, 5), hash.slice(5)];
      const response = await options.fetch(url + prefix, {
        headers: { accept: 'text/plain', 'add-padding': 'true' },
        redirect: 'error',
        signal: options.deadline(TIMEOUT_MS),
      });
      const text = await textOf(response);
      if (response.status !== 200)
        throw new Error(`the service of breached passwords answered ${response.status}`);
      return isListed(rest, text);
    },
  };
}

/** Whether an answer has the rest of a hash. Each line is one, a colon, and how often it was found; padding was never found. */
export function isListed(rest: string, answer: string): boolean {
  return answer.split('\n').some((line) => {
    const [suffix, count] = line.trim().split(':');
    return suffix?.toUpperCase() === rest && Number(count) > 0;
  });
}

/** Counts what has been decompressed, too. */
async function textOf({ body }: Response): Promise<string> {
  let text = '';
  for await (const chunk of body ?? []) {
    text += Buffer.from(chunk).toString('latin1');
    if (text.length > MAX_CHARACTERS)
      throw new Error('the service of breached passwords answered with too much');
  }
  return text;
}

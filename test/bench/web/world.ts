import { type Person, person, write } from '../../browser/support/people.ts';

const CONVERSATIONS = 200;
const MESSAGES = 1_000;
/** bcrypt uses a whole core for each registration. */
const AT_ONCE = 4;

export interface World {
  readonly ada: Person;
  readonly charles: Person;
}

/** Ada has 200 conversations, and 1,000 messages in the one with Charles, all of which she has read. */
export async function makeWorld(url: string): Promise<World> {
  const ada = await person(url, 'ada');
  const charles = await person(url, 'charles');
  let left = CONVERSATIONS - 1;
  const introduce = async () => {
    while (left > 0) {
      left -= 1;
      await write(url, await person(url, 'somebody'), ada, 'Hello, we have not met.');
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, introduce));
  for (let seq = 1; seq < MESSAGES; seq += 1) {
    const [from, to] = seq % 3 === 0 ? [charles, ada] : [ada, charles];
    await write(url, from, to, `Message ${seq}. ${'It has some words. '.repeat(seq % 12)}`.trim());
  }
  await write(url, ada, charles, 'I have read all of it.', MESSAGES - 1);
  return { ada, charles };
}

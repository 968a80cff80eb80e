import type { Runtime } from '../../../local/runtime.ts';
import { backdate } from './backdate.ts';
import { conversationOf, newcomer, type Person, person, write } from './people.ts';

const MINUTE_MS = 60_000;
const DAY = 24 * 60;

/** The sender, the text, and the minutes since the previous message. */
type Line = readonly [by: 'ada' | 'peer', text: string, minutes?: number];

interface Talk {
  readonly username: string;
  /** The minutes since its last message. */
  readonly ago: number;
  readonly lines: readonly Line[];
}

/** The conversations, the oldest first. */
const TALKS: readonly Talk[] = [
  {
    username: 'joseph.clement',
    ago: 6 * DAY + 80,
    lines: [
      ['ada', 'Were the drawings of the mill any use?'],
      ['peer', 'All nine sheets. The workshop begins on Monday.', 130],
      ['ada', 'Splendid!', 4],
    ],
  },
  {
    username: 'sophia.frend',
    ago: 4 * DAY - 45,
    lines: [
      ['peer', 'Father asks whether you read the paper on series he sent.'],
      ['ada', 'Twice. I have questions about page four.', 45],
      ['peer', 'So has he.', 3],
      ['ada', 'Then we shall enjoy Thursday.', 2],
    ],
  },
  {
    username: 'michael.faraday',
    ago: DAY + 190,
    lines: [
      ['ada', 'May I come and see the lines of force on Friday?'],
      ['peer', 'Friday at three. Bring iron filings, we are short of them!', 75],
      ['ada', 'A whole bag of them.', 2],
    ],
  },
  {
    username: 'charles.babbage',
    ago: 6,
    lines: [
      ['peer', 'The paper from Turin has arrived. Menabrea explains the engine better than I ever did.'],
      ['ada', 'I would like to translate it. It is too good to stay in French.', 22],
      ['peer', 'Why not write one yourself? You know the machine.', 6],
      ['ada', 'Then I add notes. A few.', 1],
      ['peer', 'How many is a few?', 1],
      ['ada', 'A to G.', 4],
      ['peer', 'I have read note G three times now.', 23 * 60],
      ['peer', 'Is the loop in step 13 meant to run back to 23?', 2],
      ['ada', 'Yes: operations 13 to 23 repeat, once for each Bernoulli number.', 9],
      ['ada', 'That is the whole point. The engine decides how often, we only say when to stop.', 1],
      ['peer', 'Then it weaves algebraic patterns just as the loom weaves flowers and leaves.', 5],
      ['ada', 'May I use that sentence?', 1],
      ['peer', 'It is yours already. You said it in June.', 1],
      ['ada', 'Does the engine run tonight?', 12],
    ],
  },
  {
    username: 'mary.somerville',
    ago: 2,
    lines: [
      ['ada', 'Is the book at the printer’s?'],
      ['peer', 'Since this morning, all of it.', 31],
      ['peer', 'Dinner on Saturday to celebrate? Charles comes too.', 1],
    ],
  },
];

export interface World {
  readonly ada: Person;
  readonly charles: Person;
  readonly mary: Person;
}

/** A few users with conversations of a few days. Ada has not read Mary's last messages. */
export async function seedWorld(runtime: Runtime): Promise<World> {
  const { url, tableEndpoint: endpoint, tableName: name, credentials } = runtime;
  const ada = await named(url, 'ada.lovelace');
  const people: Record<string, Person> = {};
  for (const { username, ago, lines } of TALKS) {
    const peer = await named(url, username);
    people[username] = peer;
    const times = new Map<number, Date>();
    const apart = lines.reduce((sum, [, , minutes = 0]) => sum + minutes, 0);
    let at = Date.now() - (ago + apart) * MINUTE_MS;
    for (const [by, text, minutes = 0] of lines) {
      const { seq } = by === 'ada' ? await write(url, ada, peer, text) : await write(url, peer, ada, text);
      at += minutes * MINUTE_MS;
      times.set(seq, new Date(at));
    }
    await backdate({ endpoint, name, credentials }, conversationOf(ada, peer), times);
  }
  return { ada, charles: people['charles.babbage'] as Person, mary: people['mary.somerville'] as Person };
}

const named = (url: string, username: string) =>
  person(url, username, { username, email: `${username}@example.com`, password: newcomer('x').password });

/** Something that AWS does and an emulator does not. */
export interface Gap {
  readonly gap: string;
  /** Tests that fail because of it: file, suites and title, joined by " > ". A shorter name stands for all below it. */
  readonly tests: readonly string[];
  /** More of them, which are not run: each would wait for its timeout. */
  readonly alike?: readonly string[];
}

/** MiniStack 1.5.33. docs/emulators.md has the same list. */
export const ministackGaps: readonly Gap[] = [
  {
    gap: 'An authorizer that answers 401 gets the client a 500.',
    tests: [
      'device-sessions.test.ts > the socket of a device is refused > at /ws without a token, and with a bad one',
      'device-sessions.test.ts > the socket of a device is refused > at /ws/ without a token, and with a bad one',
      'device-sessions.test.ts > the socket of a device is refused > at /ws?user_id= without a token, and with a bad one',
      'handshake.test.ts > a socket is refused > with 401 before the answer reveals whether a user exists',
      'tokens.test.ts > the handshake of a socket > is refused with 401 without a token',
      'tokens.test.ts > the handshake of a socket > is refused with 401 to every forged token, carried by header',
      'tokens.test.ts > the handshake of a socket > is refused with 401 to every forged token, carried by subprotocol',
      'tokens.test.ts > the handshake of a socket > is refused with 401 for another scheme',
      "tickets.test.ts > a ticket > opens a device's socket, and one socket only",
      'tickets.test.ts > a ticket > opens one socket of ten that want it at the same moment',
      'tickets.test.ts > a ticket > is spent by a handshake that fails for another reason',
      'tickets.test.ts > a ticket cannot be',
      'tickets.test.ts > an access token in the address opens no socket',
    ],
  },
  {
    gap: 'Every other refusal at `$connect` is a 403, whatever status the function returns.',
    tests: [
      'delete-account.test.ts > a deleted account > opens no socket with a token that it had',
      'device-sessions.test.ts > the socket of a device is refused > once its session has ended',
      'own-sessions.test.ts > ending another device’s session > lets its token open no new socket',
      'tickets.test.ts > a ticket > opens none after its session has ended',
      'sessions.test.ts > logging out closes the sockets of that session > and the access token of the ended session opens no new one',
    ],
  },
  {
    gap: 'The handshake echoes no subprotocol.',
    tests: [
      'device-sessions.test.ts > the socket of a device opens > at /ws',
      'device-sessions.test.ts > the socket of a device opens > at /ws/',
      'device-sessions.test.ts > the socket of a device opens > at /ws?user_id=',
      'handshake.test.ts > a socket opens > with the token as a subprotocol, answered with `parley`',
      'handshake.test.ts > a socket opens > with the token in the header and `parley` as the only subprotocol',
      'smoke.test.ts > npm run smoke passes against a running system, and names what only AWS can show',
    ],
  },
  {
    gap: 'A WebSocket API accepts paths beyond its stage.',
    tests: [
      'handshake.test.ts > a socket is refused with 403 > for a key of the table',
      'handshake.test.ts > a socket is refused with 403 > for a NUL',
      'handshake.test.ts > a socket is refused with 403 > at /ws/other',
      'handshake.test.ts > a socket is refused with 403 > at /ws/chat/{id}/more',
      'handshake.test.ts > a socket is refused with 403 > at /ws/chat/',
    ],
  },
  {
    gap: 'Frames over 32 KB and messages over 128 KB pass. API Gateway closes the socket with 1009.',
    tests: [
      'device-frames.test.ts > a frame over API Gateway’s limits closes the socket with 1009 and changes nothing > a frame of 33 KB',
    ],
    alike: [
      'frames.test.ts > a frame over API Gateway’s limits closes the socket with 1009, and nothing is stored',
    ],
  },
  {
    gap: 'A binary frame reaches the function as text. API Gateway closes the socket with 1003.',
    tests: [
      'device-frames.test.ts > a binary frame closes the socket with 1003, and the other devices of the user stay connected',
    ],
    alike: ['frames.test.ts > a binary frame closes the socket with 1003, and nothing is stored'],
  },
  {
    gap: 'A frame whose JSON nests 10,000 deep closes the socket.',
    tests: [
      'device-frames.test.ts > an invalid frame gets an error, and the socket stays open > JSON that nests 10,000 deep',
      'frames.test.ts > a bad frame gets an error, and the socket stays open > JSON that nests 10,000 deep',
    ],
  },
  {
    gap: 'A frame may choose the routes `$connect` and `$disconnect` by its action.',
    tests: ['device-frames.test.ts > an unknown action gets an error with the known actions > "$connect"'],
    alike: ['device-frames.test.ts > an unknown action gets an error with the known actions > "$disconnect"'],
  },
  {
    gap: 'An encoded slash (`%2F`) in a path counts as a slash.',
    tests: [
      'own-sessions.test.ts > ending another device’s session > is refused for the id "..%2f.."',
      'user.test.ts > there is no user > with the id a%2Fb',
    ],
  },
  {
    gap: 'An HTTP API answers `OPTIONS` itself, with 403.',
    tests: [
      'answer-headers.test.ts > on the distribution, an answer has each security header once > if it lists the methods of a path',
    ],
  },
  {
    gap: 'A malformed path (`/users/%`) reaches a function.',
    tests: [
      'answer-headers.test.ts > on the distribution, the other headers of the site come with > a refusal of API Gateway itself',
    ],
  },
  {
    gap: 'The function of a stream does not wait for its batch window.',
    tests: [
      'reactions.test.ts > a reaction > is told as one with others to the same message, to all devices that did not ask',
    ],
  },
];

/** Tests that show no gap but take minutes: MiniStack is one process, and it handles the frames of a socket one by one. */
export const tooLong: readonly string[] = [
  'arbitrary-input.test.ts',
  'order.test.ts',
  'catching-up.test.ts > a device that was away > and missed 350 messages of two conversations gets them page by page, in order, exactly as the logs have them',
  'catching-up.test.ts > a device that was away > learns of more of them than one page has, page by page',
  'device-retries.test.ts > the same message sent again, without `after` > is recognised in the last 100 messages of the conversation, and counts as new after that',
  'device-retries.test.ts > the same message sent again, without `after` > is recognised behind the longest messages, which are more than one read of the store returns',
  'device-retries.test.ts > the same message sent again, with `after` > is stored once, however many messages came meanwhile',
  'guessing.test.ts > while others guess a password, > the known device has ten guesses, and not one more',
  'login.test.ts > guessing passwords > gets no further with 200 guesses at once, with or without an account',
  'sending.test.ts > the same request again > is recognised for 100 messages without `after`, and further back with it',
];

const isMinistack = process.env.PARLEY_EMULATOR === 'ministack';

/** The gaps of the emulator under test. Another emulator than MiniStack has none that are known. */
export const gaps = isMinistack ? ministackGaps : [];

/** The gap because of which a test is expected to fail. */
export function gapOf(test: string): Gap | undefined {
  return gaps.find(({ tests }) => isAmong(test, tests));
}

/** Why a test is not run here, if it is not. */
export function leftOut(test: string): string | undefined {
  if (gaps.some(({ alike = [] }) => isAmong(test, alike))) return 'another test shows the same gap';
  return isMinistack && isAmong(test, tooLong) ? 'it takes too long here' : undefined;
}

export function isAmong(test: string, names: readonly string[]): boolean {
  return names.some((name) => test === name || test.startsWith(`${name} > `));
}

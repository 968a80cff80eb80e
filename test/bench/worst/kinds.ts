/** The dearest frame or request of each kind that one account can send, in the order of the table. */
export const DEAREST = {
  send: 'a message of 16 KB that brings its conversation to the top of both inboxes',
  original: 'the same on the socket of one conversation, in the middle of a burst',
  frame: 'a frame of 20 messages, 24 KB in all, for each message',
  retry: 'a retry of 16 KB, `after` 500 back, six candidates and all carriers of 16 KB',
  parallel: 'one of 300 parallel sends of 16 KB of two accounts',
  edit: 'a `message.edit` of a message of 16 KB',
  remove: 'a `message.delete` of one of 16 KB',
  read: 'a `conversation.read` at messages of 16 KB',
  received: 'a `message.received` at messages of 16 KB',
  typing: 'a `typing` after a message of 16 KB',
  sync: 'a `sync` of 50 conversations far behind, of which 10 have changed, and of all that are new',
  watch: 'a `presence.watch` of 50 users whom the account has not watched lately',
  watchAgain: 'a `presence.watch` of 50 users that alternates with another list',
  refreshAuth: 'an `auth.refresh` with 20 sockets of the account',
  ping: 'a `ping` with 20 sockets of the account',
  refused: 'a frame of 128 KB that is refused',
  connect: 'a socket that opens and closes beside 19 others',
  replace: 'a socket that replaces the oldest of 20, and closes',
  history: '`GET /chat/history/{user_id}/`: 100 texts of 16 KB',
  messages: '`GET /conversations/{conversation}/messages/`: 100 texts of 16 KB, after a `seq`',
  around: 'the same around a `seq`',
  escaped: 'the same with 100 texts of 4,000 control characters',
  patch: '`PATCH /conversations/{conversation}/messages/{seq}/`: one of 16 KB',
  removal: '`DELETE /conversations/{conversation}/messages/{seq}/`: one of 16 KB',
  post: '`POST /conversations/{conversation}/messages/`: one of 16 KB',
  inbox: '`GET /conversations/`: 100 of the largest entries',
  conversation: '`GET /conversations/{conversation}/` after a message of 16 KB',
  users: '`GET /users/`: 100 of the longest names, at `offset` 1,000',
  search: '`GET /users/`: 100 that begin alike',
  rare: '`GET /users/`: a name that nobody has',
  user: '`GET /users/{user_id}/`',
  me: '`GET /users/me/`',
  exported: '`GET /users/me/export/`: texts of 16 KB, and the largest entries of an inbox',
  changeMe: '`PATCH /users/me/`: names and presence, one watcher',
  blocks: '`GET /users/me/blocks/`: 100 of the longest names',
  block: '`PUT /users/{user_id}/block/` beside 99 others, of a user who watches the blocker, and is watched',
  unblock: '`DELETE /users/{user_id}/block/` likewise',
  report: '`POST /reports/`: a message of 16 KB between others of 16 KB, with a text of 4 KB',
  reports: '`GET /reports/`: 10 of the largest',
  resolve: '`POST /reports/{report_id}/resolve/`: one of the largest, with a note of 4 KB',
  suspend: '`PUT /users/{user_id}/suspension/`: 40 sessions',
  restoreUser: '`DELETE /users/{user_id}/suspension/`',
  audit: '`GET /users/{user_id}/audit/`: 100 events',
  register: '`POST /users/register/`',
  taken: '`POST /users/register/` with a name that is taken',
  signUp: '`POST /users/register/` where addresses must be verified',
  confirmSignUp: '`POST /users/register/confirm/`',
  sessions: '`GET /users/me/sessions/`: 40 of the longest names',
  ticket: '`POST /ws/ticket/`',
  endSession: '`DELETE /users/me/sessions/{session_id}/`, one socket of the session open',
  endSessions: '`DELETE /users/me/sessions/`: 39 others',
  changePassword: '`POST /users/me/password/`: 39 other sessions',
  askReset: '`POST /users/password/reset/` for the address of an account',
  reset: '`POST /users/password/reset/confirm/`: 40 sessions',
  askVerification: '`POST /users/me/email/verification/`',
  verify: '`POST /users/email/verification/`',
  deleteAccount: '`DELETE /users/me/` with 40 sessions, one socket open, one conversation',
  token: '`POST /users/token/` beside 40 sessions, the oldest of which it ends',
  wrong: '`POST /users/token/` with a wrong password',
  refresh: '`POST /users/token/refresh/`',
  exchange: '`POST /users/token/exchange/`: the first of a user, whose username is taken',
  exchangeAgain:
    '`POST /users/token/exchange/` beside 40 sessions, with other names and another e-mail address',
  logout: '`POST /users/logout/`, one socket of the session open',
  tooLarge: 'a body of 64 KB + 1 that is refused',
  faults: 'a body of 16 KB with 20 wrong fields',
  notFound: 'a path that does not exist',
} as const;

export type Kind = keyof typeof DEAREST;

/** What sends to many sockets, a multiple of which the account itself has opened: each costs what the row says beside it. */
export const FAN_OUT = {
  sendToAll: 'a message of 200 characters to the 39 other sockets of two accounts',
  largeToAll: 'a message of 16 KB to the 39 other sockets of two accounts',
} as const;

/** They send a mail, which costs 100 USD a million. An address gets only a few mails an hour. */
export const MAILING: readonly Kind[] = ['askReset', 'askVerification', 'signUp'];

/** Ten messages of 4.44 USD a million. */
export const MOST_USD = 44;

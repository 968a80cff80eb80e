/** Tells which functions need a variable: lib/functions.ts lists the needs of each function. */
export type Need =
  | 'table'
  | 'tokens'
  | 'signing'
  | 'hashing'
  | 'passwords'
  | 'guesses'
  | 'newPasswords'
  | 'extending'
  | 'origins'
  | 'sending'
  | 'changing'
  | 'creating'
  | 'sockets'
  | 'work'
  | 'connections'
  | 'routes'
  | 'issuers'
  | 'exchanging'
  | 'mail'
  | 'entrance'
  | 'requests'
  | 'everything';

interface Variable {
  readonly type: 'text' | 'number' | 'list';
  readonly need: Need;
  /** What it means, with its unit. */
  readonly meaning: string;
}

/**
 * Every environment variable of the functions. lib/ gives each function the variables that it needs, and a test compares them with
 * those that its bundle reads.
 */
export const variables = {
  TABLE_NAME: { type: 'text', need: 'table', meaning: 'Name of the DynamoDB table.' },
  TOKEN_ISSUER: {
    type: 'text',
    need: 'tokens',
    meaning: 'Issuer and audience of access tokens, so that a token of one stage is not valid in another.',
  },
  SIGNING_SECRET_ARN: {
    type: 'text',
    need: 'signing',
    meaning: 'ARN of the secret from which the signing key is derived.',
  },
  ACCESS_TOKEN_SECONDS: {
    type: 'number',
    need: 'signing',
    meaning: 'Seconds that an access token is valid.',
  },
  REFRESH_TOKEN_SECONDS: {
    type: 'number',
    need: 'signing',
    meaning: 'Seconds that a session lasts after its last refresh.',
  },
  SESSION_DAYS: {
    type: 'number',
    need: 'extending',
    meaning: 'Days after its login that a session ends at the latest, however often refreshed.',
  },
  PASSWORD_COST: {
    type: 'number',
    need: 'hashing',
    meaning: 'Cost of new bcrypt hashes. Each step doubles the time.',
  },
  SIGN_UP: {
    type: 'text',
    need: 'passwords',
    meaning: 'Whether there are passwords: on, or off if all users log in by the tokens of other issuers.',
  },
  WRONG_PASSWORDS: {
    type: 'number',
    need: 'guesses',
    meaning: 'Number of wrong passwords for one e-mail address within a minute.',
  },
  WRONG_PASSWORDS_PER_ADDRESS: {
    type: 'number',
    need: 'guesses',
    meaning: 'Number of wrong passwords from one address of the Internet within a minute.',
  },
  BREACHED_PASSWORDS: {
    type: 'text',
    need: 'newPasswords',
    meaning:
      'Address of the service that knows stolen passwords, before the digits of a hash; off if nobody is asked.',
  },
  ALLOWED_ORIGINS: {
    type: 'list',
    need: 'origins',
    meaning: 'Origins whose pages may open a socket beside those of the site itself, separated by commas.',
  },
  FLOOD_MESSAGES: {
    type: 'number',
    need: 'sending',
    meaning: 'Number of messages that one sender may send in one conversation within FLOOD_SECONDS.',
  },
  FLOOD_SECONDS: {
    type: 'number',
    need: 'sending',
    meaning: 'Length of that window in seconds, counted from its first message.',
  },
  EDIT_SECONDS: {
    type: 'text',
    need: 'changing',
    meaning: 'Seconds after it was sent in which a message may be edited; off if there is no end.',
  },
  GROUP_CREATION: {
    type: 'text',
    need: 'creating',
    meaning: 'Who may create groups: anyone or staff.',
  },
  SOCKETS_PER_ACCOUNT: {
    type: 'number',
    need: 'sockets',
    meaning: 'Number of sockets that an account can have open. One more closes its oldest one.',
  },
  WORK_PER_MINUTE: {
    type: 'number',
    need: 'work',
    meaning:
      'Work that an account may cause in a minute, as a number of messages that cost as much. A socket may cause half.',
  },
  ROUTES: {
    type: 'text',
    need: 'routes',
    meaning: 'The HTTP routes as JSON: a list of pairs of method and path.',
  },
  ISSUERS: {
    type: 'text',
    need: 'issuers',
    meaning: 'The trusted issuers of tokens as JSON: a list of functions/core/issuers/issuer.ts.',
  },
  EXCHANGES: {
    type: 'number',
    need: 'exchanging',
    meaning: "Number of exchanges of issuers' tokens of one account within a minute.",
  },
  MAIL_FROM: {
    type: 'text',
    need: 'mail',
    meaning: 'Sender of all mail, or off if no mail is sent.',
  },
  MAILS: {
    type: 'number',
    need: 'mail',
    meaning: 'Number of mails to one e-mail address within an hour.',
  },
  SITE_URL: {
    type: 'text',
    need: 'mail',
    meaning: 'Address of the site in the links of mails, without a slash at its end; off without mail.',
  },
  SITE_SECRET: {
    type: 'text',
    need: 'entrance',
    meaning:
      'What CloudFront sends with each request, so that it is known to come through the site; off if the bare APIs are open.',
  },
  REQUEST_LINES: {
    type: 'text',
    need: 'requests',
    meaning:
      'Whether each request has a line in the log of its function, with its user and address: on or off.',
  },
  AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: {
    type: 'text',
    need: 'connections',
    meaning: "URL of the WebSocket stage's @connections API. The AWS SDK reads it.",
  },
  POWERTOOLS_SERVICE_NAME: { type: 'text', need: 'everything', meaning: 'Name of the function in its logs.' },
  POWERTOOLS_METRICS_NAMESPACE: {
    type: 'text',
    need: 'everything',
    meaning: 'Namespace of the metrics in CloudWatch.',
  },
  POWERTOOLS_LOG_LEVEL: { type: 'text', need: 'everything', meaning: 'Lowest level that is logged.' },
  STAGE: {
    type: 'text',
    need: 'everything',
    meaning: 'Name of the stage, for people who look at the function.',
  },
} as const satisfies Readonly<Record<string, Variable>>;

export type VariableName = keyof typeof variables;

type NameOf<T extends Variable['type']> = {
  [N in VariableName]: (typeof variables)[N]['type'] extends T ? N : never;
}[VariableName];

/**
 * Reads the configuration of a function from its environment, once, at its start. A missing or malformed variable ends the start
 * with an error that names it.
 */
export const config = {
  text(name: NameOf<'text' | 'number'>): string {
    const value = process.env[name];
    if (!value) throw new Error(`The environment variable ${name} is not set.`);
    return value;
  },

  /** A whole number from 1 to 999,999,999. */
  number(name: NameOf<'number'>): number {
    const text = config.text(name);
    if (!/^[1-9][0-9]{0,8}$/.test(text)) {
      throw new Error(`The environment variable ${name} must be a whole number from 1 to 999999999.`);
    }
    return Number(text);
  },

  /** Comma-separated. Empty or absent means no items. */
  list(name: NameOf<'list'>): readonly string[] {
    return (process.env[name] ?? '').split(',').flatMap((item) => item.trim() || []);
  },
};

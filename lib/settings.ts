import type { Node } from 'constructs';

/** The deploy-time settings (`-c name=value`), checked once. */
export interface Settings {
  /** Part of every name. */
  readonly stage: string;
  /** Keeps the data when the stacks are deleted, keeps logs for months, and logs viewers. For stages with real users. */
  readonly protect: boolean;
  /** The part of the account's requests a second that this stage may use, in both APIs and in posts to connections. */
  readonly requestsPerSecond: number;
  /** Sends traces to X-Ray, which costs up to 5 USD a million invocations. */
  readonly tracing: boolean;
  /**
   * Browser origins of other sites that may use the APIs. If empty, every origin may open a socket, and none gets
   * CORS.
   */
  readonly origins: readonly string[];
  readonly accessTokenSeconds: number;
  readonly refreshTokenSeconds: number;
  /** A session ends so many days after its log-in, however often it is refreshed. */
  readonly sessionDays: number;
  /** bcrypt's cost of new password hashes. Each step doubles the time. */
  readonly passwordCost: number;
  /** A sender may send so many messages in one conversation … */
  readonly floodMessages: number;
  /** … within so many seconds. */
  readonly floodSeconds: number;
  /** Sockets that an account can have open. One more closes its oldest one. */
  readonly socketsPerAccount: number;
  /** The work that an account may cause in a minute, as a number of messages that cost as much. A socket may cause half of it. */
  readonly workPerMinute: number;
}

/**
 * OWASP's minimum for bcrypt. It takes about 0.1 s on the full core that 1,769 MB buy. Only a system that never leaves this
 * machine may have less: tests register hundreds of accounts.
 */
const MIN_PASSWORD_COST = { aws: 10, local: 4 };

/** A login must answer within the timeout of its function. A cost of 13 takes about 0.9 s. */
const MAX_PASSWORD_COST = 13;

/**
 * The longest name of a resource with a limit of 64 characters must fit. A hyphen would make names ambiguous: `send-message` of a
 * stage `a` would be `message` of a stage `a-send`.
 */
const STAGE = /^[a-z][a-z0-9]{0,19}$/;

/** They are one item, and twenty fit into 4 KB, the unit in which reads are billed. */
const MAX_SOCKETS = 100;

const DAY_SECONDS = 24 * 60 * 60;

/** Browsers keep no cookie for longer, and a log-in should not outlive that. */
const MAX_SESSION_DAYS = 400;

/** Requests a second of an account in API Gateway's smaller regions. In the others it is 10,000. */
const SMALLEST_QUOTA = 2_500;

/**
 * Reads the deploy-time context. An error names the setting that is wrong.
 *
 * @param target `local` allows what must not be deployed
 */
export function readSettings(node: Node, target: 'aws' | 'local' = 'aws'): Settings {
  const stage = text(node, 'stage', 'dev');
  if (!STAGE.test(stage)) {
    throw new Error(
      `context "stage" must be 1 to 20 lower-case letters and digits, a letter first, not "${stage}"`,
    );
  }
  const settings = {
    stage,
    protect: choice(node, 'protect', { true: true, false: false }, stage === 'prod'),
    requestsPerSecond: between(node, 'requestsPerSecond', 10, 1_000_000, SMALLEST_QUOTA),
    tracing: choice(node, 'tracing', { on: true, off: false }, false),
    origins: origins(text(node, 'origins', '')),
    accessTokenSeconds: whole(node, 'accessTokenSeconds', 30 * 60),
    refreshTokenSeconds: whole(node, 'refreshTokenSeconds', DAY_SECONDS),
    sessionDays: between(node, 'sessionDays', 1, MAX_SESSION_DAYS, 30),
    passwordCost: between(node, 'passwordCost', MIN_PASSWORD_COST[target], MAX_PASSWORD_COST, 10),
    floodMessages: whole(node, 'floodMessages', 20),
    floodSeconds: whole(node, 'floodSeconds', 10),
    socketsPerAccount: between(node, 'socketsPerAccount', 1, MAX_SOCKETS, 20),
    workPerMinute: whole(node, 'workPerMinute', 1_200),
  };
  if (settings.sessionDays * DAY_SECONDS <= settings.refreshTokenSeconds) {
    throw new Error('context "sessionDays" must be more than the seconds in "refreshTokenSeconds"');
  }
  return settings;
}

function text(node: Node, name: string, fallback: string): string {
  return String(node.tryGetContext(name) ?? fallback);
}

/** An empty value counts as missing, so that a pipeline can pass a variable that is not set. */
function choice<T>(node: Node, name: string, values: Readonly<Record<string, T>>, fallback: T): T {
  const given = text(node, name, '');
  if (given === '') return fallback;
  if (!Object.hasOwn(values, given)) {
    throw new Error(`context "${name}" must be ${Object.keys(values).join(' or ')}, not "${given}"`);
  }
  return values[given] as T;
}

function whole(node: Node, name: string, fallback: number): number {
  const value = Number(text(node, name, String(fallback)));
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new Error(`context "${name}" must be a whole number, at least 1`);
  }
  return value;
}

function between(node: Node, name: string, min: number, max: number, fallback: number): number {
  const value = whole(node, name, fallback);
  if (value < min || value > max) {
    throw new Error(`context "${name}" must be a whole number from ${min} to ${max}`);
  }
  return value;
}

function origins(list: string): string[] {
  const entries = list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  for (const entry of entries) {
    // Browsers send the serialized origin (RFC 6454 §6.2), scheme and host without a path. Nothing else can match.
    if (!URL.canParse(entry) || new URL(entry).origin !== entry) {
      throw new Error(`context "origins": "${entry}" is not an origin such as https://chat.example`);
    }
  }
  return entries;
}

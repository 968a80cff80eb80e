import type { Node } from 'constructs';
import { type Issuer, readIssuers } from './issuers.ts';

/** The deploy-time settings (`-c name=value`), checked once. */
export interface Settings {
  /** Part of every name. */
  readonly stage: string;
  /** Keeps the data when the stacks are deleted, keeps logs for months, and logs viewers. For stages with real users. */
  readonly protect: boolean;
  /** The part of the account's requests a second that this stage may use, in both APIs and in posts to connections. */
  readonly requestsPerSecond: number;
  /** Swagger UI at `/schema/swagger-ui/`: third-party script, which a stage with real users can do without. */
  readonly apiDocs: boolean;
  /** Sends traces to X-Ray, which costs up to 5 USD a million invocations. */
  readonly tracing: boolean;
  /**
   * Browser origins of other sites that may use the APIs. The site's own pages always may.
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
  /** A message may be edited for so many minutes after it was sent. Undefined: for ever. */
  readonly editMinutes: number | undefined;
  /** Who may create groups. */
  readonly groupCreation: 'anyone' | 'staff';
  /** Wrong passwords for one e-mail address within a minute. */
  readonly wrongPasswords: number;
  /** Wrong passwords from one address of the Internet within a minute. */
  readonly wrongPasswordsPerAddress: number;
  /** New passwords that were stolen elsewhere are refused. */
  readonly breachCheck: boolean;
  /** Exchanges of issuers' tokens of one account within a minute. */
  readonly exchanges: number;
  /** Sockets that an account can have open. One more closes its oldest one. */
  readonly socketsPerAccount: number;
  /** The work that an account may cause in a minute, as a number of messages that cost as much. A socket may cause half of it. */
  readonly workPerMinute: number;
  /** Other issuers, whose tokens log their users in. */
  readonly issuers: readonly Issuer[];
  /** Users register and log in with passwords of Parley's own. Without it, they log in by the tokens of issuers alone. */
  readonly signUp: boolean;
  /** Where it is required, an account exists once a link in a mail to its address was used, and no answer tells which addresses have one. */
  readonly verifyEmail: 'required' | 'optional';
  /** Sender of all mail. Without it, there is no mail; without `signUp`, there is none either. */
  readonly mailFrom: string | undefined;
  /** Mails to one e-mail address within an hour. */
  readonly mails: number;
  /** The address of the site, for the links in mails. */
  readonly siteUrl: string | undefined;
  /** The two APIs answer requests that did not come through the site, too. */
  readonly bareApis: boolean;
  /** The limit of the web ACL in the firewall stack, for an address within five minutes. Without it, there is no such stack. */
  readonly requestsPerAddress: number | undefined;
  /** A domain of one's own for the site, with the ARN of its certificate. */
  readonly domain: { readonly name: string; readonly certificate: string } | undefined;
  /** The ARN of the web ACL in front of the distribution. */
  readonly webAcl: string | undefined;
}

/** Where the settings come from: a node of a CDK app, or what stands for one. */
export type Context = Pick<Node, 'tryGetContext'>;

/** On this machine there is always mail: the local runtime writes it into files. */
const LOCAL = { mailFrom: 'parley@localhost.example', siteUrl: 'http://localhost:8000' };

/**
 * OWASP's minimum for bcrypt. It takes about 0.1 s on the full core that 1,769 MB buy. Only a system that never leaves this
 * machine may have less: tests register hundreds of accounts.
 */
const MIN_PASSWORD_COST = { aws: 10, local: 4 };

/** A login must answer within the timeout of its function. A cost of 13 takes about 0.9 s. */
const MAX_PASSWORD_COST = 13;

/** The largest number that the functions read from a variable. As a limit, it bounds nothing that a machine can do in a minute. */
const LARGEST = 999_999_999;

/**
 * The longest name of a resource with a limit of 64 characters must fit. A hyphen would make names ambiguous: `send-message` of a
 * stage `a` would be `message` of a stage `a-send`.
 */
const STAGE = /^[a-z][a-z0-9]{0,19}$/;

/** They are one item, and twenty fit into 4 KB, the unit in which reads are billed. */
const MAX_SOCKETS = 100;

const YEAR_MINUTES = 365 * 24 * 60;

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
export function readSettings(node: Context, target: 'aws' | 'local' = 'aws'): Settings {
  const stage = text(node, 'stage', 'dev');
  if (!STAGE.test(stage)) {
    throw new Error(
      `context "stage" must be 1 to 20 lower-case letters and digits, a letter first, not "${stage}"`,
    );
  }
  const isLimited = limits(node, target);
  /** A limit of what one account can do. */
  const limit = (name: string, fallback: number) => whole(node, name, isLimited ? fallback : LARGEST);
  const domain = readDomain(node);
  const ownUrl = target === 'local' ? LOCAL.siteUrl : domain ? `https://${domain.name}` : '';
  const settings = {
    stage,
    protect: choice(node, 'protect', { true: true, false: false }, stage === 'prod'),
    requestsPerSecond: between(node, 'requestsPerSecond', 10, 1_000_000, SMALLEST_QUOTA),
    apiDocs: choice(node, 'apiDocs', { on: true, off: false }, stage !== 'prod'),
    tracing: choice(node, 'tracing', { on: true, off: false }, false),
    origins: origins(text(node, 'origins', '')),
    accessTokenSeconds: whole(node, 'accessTokenSeconds', 30 * 60),
    refreshTokenSeconds: whole(node, 'refreshTokenSeconds', DAY_SECONDS),
    sessionDays: between(node, 'sessionDays', 1, MAX_SESSION_DAYS, 30),
    passwordCost: between(node, 'passwordCost', MIN_PASSWORD_COST[target], MAX_PASSWORD_COST, 10),
    floodMessages: limit('floodMessages', 20),
    floodSeconds: whole(node, 'floodSeconds', 10),
    editMinutes: optional(node, 'editMinutes', 1, YEAR_MINUTES),
    groupCreation: choice(node, 'groupCreation', GROUP_CREATION, 'anyone'),
    wrongPasswords: limit('wrongPasswords', 10),
    wrongPasswordsPerAddress: limit('wrongPasswordsPerAddress', 100),
    breachCheck: choice(node, 'breachCheck', { on: true, off: false }, false),
    exchanges: limit('exchanges', 20),
    socketsPerAccount: between(node, 'socketsPerAccount', 1, MAX_SOCKETS, 20),
    workPerMinute: limit('workPerMinute', 1_200),
    issuers: readIssuers(node.tryGetContext('issuers'), target),
    signUp: choice(node, 'signUp', { on: true, off: false }, true),
    verifyEmail: choice(node, 'verifyEmail', VERIFY_EMAIL, 'optional'),
    mailFrom: sender(text(node, 'mailFrom', target === 'local' ? LOCAL.mailFrom : '')),
    mails: limit('mails', 5),
    siteUrl: site(text(node, 'siteUrl', ownUrl), target),
    bareApis: choice(node, 'bareApis', { on: true, off: false }, false),
    requestsPerAddress: optional(node, 'requestsPerAddress', 10, 2_000_000_000),
    domain,
    webAcl: webAcl(text(node, 'webAcl', '')),
  };
  if (settings.mailFrom !== undefined && settings.siteUrl === undefined) {
    throw new Error(
      'context "mailFrom": with it, "siteUrl" must be the address of the site, for the links in mails',
    );
  }
  if (settings.verifyEmail === 'required' && settings.signUp && settings.mailFrom === undefined) {
    throw new Error('context "verifyEmail": with required, "mailFrom" must name the sender of the mails');
  }
  if (settings.webAcl !== undefined && settings.bareApis) {
    throw new Error('context "webAcl": with "bareApis" on, requests can go past it');
  }
  if (!settings.signUp && settings.issuers.length === 0) {
    throw new Error('context "signUp": with off, nobody can log in unless "issuers" names at least one');
  }
  if (settings.sessionDays * DAY_SECONDS <= settings.refreshTokenSeconds) {
    throw new Error('context "sessionDays" must be more than the seconds in "refreshTokenSeconds"');
  }
  // Mails have links to set a password or to verify an address, and only accounts with a password need these.
  return settings.signUp ? settings : { ...settings, mailFrom: undefined, verifyEmail: 'optional' };
}

/** Without limits one account can spend whatever it likes, and passwords can be guessed. */
function limits(node: Context, target: 'aws' | 'local'): boolean {
  const isOn = choice(node, 'limits', { on: true, off: false }, true);
  if (!isOn && target === 'aws') {
    throw new Error('context "limits": off is for load tests on your own machine, and cannot be deployed');
  }
  return isOn;
}

const GROUP_CREATION: Readonly<Record<string, Settings['groupCreation']>> = {
  anyone: 'anyone',
  staff: 'staff',
};

const VERIFY_EMAIL: Readonly<Record<string, Settings['verifyEmail']>> = {
  required: 'required',
  optional: 'optional',
};

/** Printable ASCII without what separates or quotes addresses in a header, so that it is exactly one. */
const SENDER = /^(?!.*[,;:<>()[\]\\" ])[\x21-\x7e]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+$/;

/** An empty value counts as missing, here and below. */
function sender(given: string): string | undefined {
  if (given === '' || SENDER.test(given)) return given || undefined;
  throw new Error(`context "mailFrom" must be an address such as parley@chat.example, not "${given}"`);
}

/** An origin. A link in a mail is only as safe as its scheme. */
function site(given: string, target: 'aws' | 'local'): string | undefined {
  if (given === '') return undefined;
  const schemes = target === 'local' ? ['http:', 'https:'] : ['https:'];
  if (URL.canParse(given) && new URL(given).origin === given && schemes.includes(new URL(given).protocol))
    return given;
  throw new Error(`context "siteUrl" must be an origin such as https://chat.example, not "${given}"`);
}

/** A host name without a wildcard: the site has one address. */
const DOMAIN = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;

/** CloudFront takes certificates of this region alone. */
const CERTIFICATE = /^arn:aws:acm:us-east-1:\d{12}:certificate\/[\w-]+$/;

function readDomain(node: Context): Settings['domain'] {
  const [name, certificate] = [text(node, 'domain', ''), text(node, 'certificate', '')];
  if (name === '' && certificate === '') return undefined;
  if (!DOMAIN.test(name)) {
    throw new Error(`context "domain" must be a host name in lower case such as chat.example, not "${name}"`);
  }
  if (!CERTIFICATE.test(certificate)) {
    throw new Error(
      `context "certificate" must be the ARN of the domain's certificate in ACM in us-east-1, not "${certificate}"`,
    );
  }
  return { name, certificate };
}

/** CloudFront takes none of another region or scope. */
function webAcl(given: string): string | undefined {
  if (given === '' || /^arn:aws:wafv2:us-east-1:\d{12}:global\/webacl\/[\w-]+\/[\w-]+$/.test(given))
    return given || undefined;
  throw new Error(
    `context "webAcl" must be the ARN of a web ACL for CloudFront (WebAclArn of the firewall stack), not "${given}"`,
  );
}

function text(node: Context, name: string, fallback: string): string {
  return String(node.tryGetContext(name) ?? fallback);
}

/** An empty value counts as missing, so that a pipeline can pass a variable that is not set. */
function choice<T>(node: Context, name: string, values: Readonly<Record<string, T>>, fallback: T): T {
  const given = text(node, name, '');
  if (given === '') return fallback;
  if (!Object.hasOwn(values, given)) {
    throw new Error(`context "${name}" must be ${Object.keys(values).join(' or ')}, not "${given}"`);
  }
  return values[given] as T;
}

function whole(node: Context, name: string, fallback: number): number {
  const value = Number(text(node, name, String(fallback)));
  if (!Number.isSafeInteger(value) || value < 1 || value > LARGEST) {
    throw new Error(`context "${name}" must be a whole number from 1 to ${LARGEST}`);
  }
  return value;
}

function between(node: Context, name: string, min: number, max: number, fallback: number): number {
  const value = whole(node, name, fallback);
  if (value < min || value > max) {
    throw new Error(`context "${name}" must be a whole number from ${min} to ${max}`);
  }
  return value;
}

function optional(node: Context, name: string, min: number, max: number): number | undefined {
  return text(node, name, '') === '' ? undefined : between(node, name, min, max, min);
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

import { type Need, type VariableName, variables } from '../functions/runtime/config.ts';
import type { Entry, FunctionSpec } from './functions.ts';
import { routesWithoutTwins } from './routes.ts';
import type { Settings } from './settings.ts';

/** It asks for no key, and costs nothing. https://haveibeenpwned.com/API/v3#PwnedPasswords */
const PWNED_PASSWORDS = 'https://api.pwnedpasswords.com/range/';

/** The values of the variables come from these. */
export interface EnvironmentProps {
  readonly settings: Settings;
  readonly tableName: string;
  readonly signingSecretArn: string;
  /** A reference to the secret, which CloudFormation resolves. Undefined if the bare APIs are open. */
  readonly siteSecret: string | undefined;
  /** Without a scheme. */
  readonly webSocketStage: string;
}

/** The environment of one function: the variables of functions/runtime/config.ts that its spec needs, and no others. */
export function environmentOf(
  entry: Entry,
  spec: FunctionSpec,
  props: EnvironmentProps,
): Readonly<Record<string, string>> {
  const needs = needsOf(entry, spec);
  const values = valuesOf(entry, props);
  const names = Object.keys(variables) as VariableName[];
  return Object.fromEntries(
    names.filter((name) => needs.has(variables[name].need)).map((name) => [name, values[name]]),
  );
}

function needsOf(
  entry: Entry,
  {
    table,
    tokens,
    hashesPasswords,
    checksPasswords,
    setsPasswords,
    extendsSessions,
    connections,
    sends,
    changesMessages,
    createsGroups,
    listsSockets,
    limitsWork,
    checksOrigin,
    knowsIssuers,
    exchanges,
    sendsMail,
    knowsRoutes,
  }: FunctionSpec,
): Set<Need> {
  const needs: Readonly<Record<Need, boolean>> = {
    everything: true,
    table: table !== undefined,
    tokens: tokens !== undefined,
    signing: tokens === 'sign',
    hashing: hashesPasswords === true,
    passwords: hashesPasswords === true,
    guesses: checksPasswords === true,
    newPasswords: setsPasswords === true,
    extending: extendsSessions === true,
    connections: connections !== undefined,
    sending: sends === true,
    changing: changesMessages === true,
    creating: createsGroups === true,
    sockets: listsSockets === true,
    work: limitsWork === true,
    origins: checksOrigin === true,
    issuers: knowsIssuers === true,
    exchanging: exchanges === true,
    mail: sendsMail === true,
    routes: knowsRoutes === true,
    requests: entry.startsWith('http/'),
    entrance: entry.startsWith('http/') || entry === 'websocket/authorize',
  };
  return new Set((Object.keys(needs) as Need[]).filter((need) => needs[need]));
}

function valuesOf(
  entry: Entry,
  { settings, tableName, signingSecretArn, siteSecret, webSocketStage }: EnvironmentProps,
): Readonly<Record<VariableName, string>> {
  return {
    STAGE: settings.stage,
    POWERTOOLS_SERVICE_NAME: `parley-${entry.slice(entry.indexOf('/') + 1)}`,
    POWERTOOLS_METRICS_NAMESPACE: 'Parley',
    POWERTOOLS_LOG_LEVEL: 'INFO',
    TABLE_NAME: tableName,
    TOKEN_ISSUER: `parley-${settings.stage}`,
    SIGNING_SECRET_ARN: signingSecretArn,
    ACCESS_TOKEN_SECONDS: String(settings.accessTokenSeconds),
    REFRESH_TOKEN_SECONDS: String(settings.refreshTokenSeconds),
    SESSION_DAYS: String(settings.sessionDays),
    PASSWORD_COST: String(settings.passwordCost),
    SIGN_UP: settings.signUp ? 'on' : 'off',
    WRONG_PASSWORDS: String(settings.wrongPasswords),
    WRONG_PASSWORDS_PER_ADDRESS: String(settings.wrongPasswordsPerAddress),
    BREACHED_PASSWORDS: settings.breachCheck ? PWNED_PASSWORDS : 'off',
    ALLOWED_ORIGINS: settings.origins.join(','),
    FLOOD_MESSAGES: String(settings.floodMessages),
    FLOOD_SECONDS: String(settings.floodSeconds),
    EDIT_SECONDS: settings.editMinutes === undefined ? 'off' : String(settings.editMinutes * 60),
    GROUP_CREATION: settings.groupCreation,
    SOCKETS_PER_ACCOUNT: String(settings.socketsPerAccount),
    AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: `https://${webSocketStage}`,
    WORK_PER_MINUTE: String(settings.workPerMinute),
    ISSUERS: JSON.stringify(settings.issuers),
    EXCHANGES: String(settings.exchanges),
    MAIL_FROM: settings.mailFrom ?? 'off',
    MAILS: String(settings.mails),
    SITE_URL: settings.siteUrl ?? 'off',
    SITE_SECRET: siteSecret ?? 'off',
    REQUEST_LINES: settings.protect ? 'on' : 'off',
    // All variables of a function have 4 KB, too little for the twins.
    ROUTES: JSON.stringify(routesWithoutTwins(settings).map(({ method, path }) => [method, path])),
  };
}

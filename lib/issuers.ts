import { readFileSync } from 'node:fs';

/** A trusted issuer, checked: functions/core/issuers/issuer.ts says what the fields mean. */
export interface Issuer {
  readonly issuer: string;
  readonly jwks?: string;
  readonly audience?: readonly string[];
  readonly clientId?: readonly string[];
  readonly algorithms: readonly string[];
  readonly claims?: Readonly<Record<string, string>>;
}

type Given = Readonly<Record<string, unknown>>;

const FIELDS = ['issuer', 'jwks', 'audience', 'clientId', 'algorithms', 'claims'];

const CLAIMS = ['id', 'username', 'firstName', 'lastName', 'email'];

/** OpenID Connect's default, and that of nearly every issuer. */
const DEFAULT_ALGORITHMS = ['RS256'];

/** With a symmetric algorithm, whoever can verify a token can also make one. */
const ASYMMETRIC = /^(?:[RPE]S(?:256|384|512)|EdDSA|Ed25519)$/;

/** It is a part of a key in the table. */
const MAX_ISSUER_LENGTH = 255;

/** Lambda takes 4 KB of variables. */
const MAX_BYTES = 2_500;

const LOCAL_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The trusted issuers: a list in cdk.json, the same as JSON, or the path of a file with it.
 * @param target only `local` can reach an issuer on this machine
 * @throws an error that names the issuer and the field that is wrong
 */
export function readIssuers(context: unknown, target: 'aws' | 'local' = 'aws'): readonly Issuer[] {
  const list = typeof context === 'string' ? parsed(issuersText(context)) : (context ?? []);
  if (!Array.isArray(list)) throw fault('must be a list');
  const issuers = list.map(readIssuer);
  const names = issuers.map(({ issuer }) => issuer);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw fault(`"${twice}" comes twice`);
  const local = issuers.find(({ issuer, jwks = '' }) =>
    [issuer, jwks].some((one) => one.startsWith('http:')),
  );
  if (target === 'aws' && local)
    throw fault(`"${local.issuer}" has an address on this machine, which functions on AWS cannot reach`);
  if (Buffer.byteLength(JSON.stringify(issuers)) > MAX_BYTES)
    throw fault(`takes more than ${MAX_BYTES} bytes, and a function has no room for it`);
  return issuers;
}

/** What the setting stands for: JSON stays as it is, and a path becomes the contents of its file. */
export function issuersText(setting: string): string {
  if (/^\s*(?:\[.*)?$/s.test(setting)) return setting;
  try {
    return readFileSync(setting, 'utf8');
  } catch (error) {
    throw fault(`is neither a JSON list nor a file that can be read: ${(error as Error).message}`);
  }
}

function parsed(text: string): unknown {
  if (text.trim() === '') return [];
  try {
    return JSON.parse(text);
  } catch (error) {
    throw fault(`is not JSON: ${(error as Error).message}`);
  }
}

function readIssuer(given: unknown, index: number): Issuer {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw fault(`number ${index + 1} must be an object with "issuer"`);
  const fields = given as Given;
  const issuer = address(fields.issuer, 'issuer', `number ${index + 1}`);
  if (issuer.length > MAX_ISSUER_LENGTH)
    throw fault(`"issuer" has more than ${MAX_ISSUER_LENGTH} characters`);
  knownOnly(fields, FIELDS, issuer);
  const audience = texts(fields.audience, 'audience', issuer);
  const clientId = texts(fields.clientId, 'clientId', issuer);
  if (!audience && !clientId)
    throw fault(
      `"${issuer}" needs "audience" or "clientId": otherwise a token for any other application would do`,
    );
  return {
    issuer,
    ...(fields.jwks !== undefined && { jwks: address(fields.jwks, 'jwks', `"${issuer}"`) }),
    ...(audience && { audience }),
    ...(clientId && { clientId }),
    algorithms: algorithms(texts(fields.algorithms, 'algorithms', issuer) ?? DEFAULT_ALGORITHMS, issuer),
    ...(fields.claims !== undefined && { claims: claims(fields.claims, issuer) }),
  };
}

/** It is compared with the tokens character by character, so it is taken as it was written. */
function address(value: unknown, field: string, whose: string): string {
  const url =
    typeof value === 'string' && /^\S+$/.test(value) && URL.canParse(value) ? new URL(value) : undefined;
  if (!url || url.username || url.hash)
    throw fault(`the "${field}" of ${whose} must be an address such as https://login.example.com`);
  const isLocal = url.protocol === 'http:' && LOCAL_HOSTS.includes(url.hostname);
  if (url.protocol !== 'https:' && !isLocal)
    throw fault(`the "${field}" of ${whose} must begin with https:// (http:// is for localhost only)`);
  return value as string;
}

/** One text, or several. */
function texts(value: unknown, field: string, issuer: string): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0 || !list.every((item) => typeof item === 'string' && item !== ''))
    throw fault(`"${field}" of "${issuer}" must be a text or a list of texts`);
  return list;
}

function algorithms(names: readonly string[], issuer: string): readonly string[] {
  for (const name of names) {
    if (/^(?:HS\d+|none)$/i.test(name))
      throw fault(
        `"algorithms" of "${issuer}": "${name}" is not allowed, because others could sign with it, too. Allowed are asymmetric ones such as RS256, ES256 and EdDSA`,
      );
    if (!ASYMMETRIC.test(name)) throw fault(`"algorithms" of "${issuer}": "${name}" is not known`);
  }
  return names;
}

function claims(given: unknown, issuer: string): Readonly<Record<string, string>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw fault(`"claims" of "${issuer}" must be an object`);
  knownOnly(given as Given, CLAIMS, issuer);
  for (const [name, claim] of Object.entries(given)) {
    if (typeof claim !== 'string' || claim === '')
      throw fault(`"claims" of "${issuer}": "${name}" must be the name of a claim`);
  }
  return given as Record<string, string>;
}

function knownOnly(given: Given, known: readonly string[], issuer: string): void {
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw fault(`"${unknown}" of "${issuer}" is not known; known are ${known.join(', ')}`);
}

function fault(message: string): Error {
  return new Error(`context "issuers": ${message}`);
}

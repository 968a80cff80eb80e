import { ValidationFailed } from '../core/errors.ts';
import type { SubjectTokenType } from '../core/issuers/issuer.ts';
import { formBody, isFormType, parseJsonBody, type RawBody } from './json-body.ts';
import { TOKEN_TYPE, tokenExchangeRequest } from './requests.ts';
import { validate } from './validate.ts';

export interface TokenExchange {
  readonly token: string;
  readonly type: SubjectTokenType;
}

/**
 * Parameters of RFC 8693 that ask for a token of another kind than Parley has. Other parameters that are unknown are ignored
 * (RFC 6749 §3.2), and so are those without a value.
 */
const NOT_SUPPORTED = ['actor_token', 'actor_token_type', 'audience', 'resource'];

/**
 * Reads a token exchange (RFC 8693 §2.1), from a form as OAuth has it, or from JSON.
 * @throws MalformedRequest, UnsupportedEncoding, ValidationFailed
 */
export function readTokenExchange(raw: RawBody): TokenExchange {
  const given = isFormType(raw.contentType) ? formBody(raw) : parseJsonBody(raw);
  const asked = NOT_SUPPORTED.filter((name) => isGiven(given, name));
  if (asked.length > 0) {
    throw new ValidationFailed(Object.fromEntries(asked.map((name) => [name, ['Is not supported here.']])));
  }
  const { subject_token: token, subject_token_type: type } = validate(tokenExchangeRequest, given);
  return { token, type: type.slice(TOKEN_TYPE.length) as SubjectTokenType };
}

function isGiven(body: unknown, name: string): boolean {
  return typeof body === 'object' && body !== null && Object.hasOwn(body, name);
}

/**
 * The code of OAuth for a request that is refused with 400 (RFC 6749 §5.2, RFC 8693 §2.2.2). A token that is not valid makes an
 * invalid request, too.
 */
export function oauthError(error: unknown): 'invalid_request' | 'invalid_target' | 'unsupported_grant_type' {
  const fields = error instanceof ValidationFailed ? error.errors : {};
  if (fields.grant_type) return 'unsupported_grant_type';
  return fields.audience || fields.resource ? 'invalid_target' : 'invalid_request';
}

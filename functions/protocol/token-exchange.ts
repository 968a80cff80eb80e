import { PasswordsOff, ValidationFailed } from '../core/errors.ts';
import type { SubjectTokenType } from '../core/issuers/issuer.ts';
import { formBody, isFormType, parseJsonBody, type RawBody } from './json-body.ts';
import { passwordDeletion, TOKEN_TYPE, tokenDeletion, tokenExchangeRequest } from './requests.ts';
import { validate } from './validate.ts';

/** A token of another issuer. */
export interface SubjectToken {
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
export function readTokenExchange(raw: RawBody): SubjectToken {
  const given = isFormType(raw.contentType) ? formBody(raw) : parseJsonBody(raw);
  const asked = NOT_SUPPORTED.filter((name) => isGiven(given, name));
  if (asked.length > 0) {
    throw new ValidationFailed(Object.fromEntries(asked.map((name) => [name, ['Is not supported here.']])));
  }
  return subjectToken(validate(tokenExchangeRequest, given));
}

/**
 * Reads the body of `DELETE /users/me/`: a password, or a token of the issuer that the user logs in with.
 * @throws MalformedRequest, UnsupportedEncoding, ValidationFailed
 * @throws PasswordsOff for anything but a token, where there are no passwords
 */
export function readDeletion(
  raw: RawBody,
  { arePasswordsOn }: { readonly arePasswordsOn: boolean },
): SubjectToken | { readonly password: string } {
  const given = parseJsonBody(raw);
  if (isGiven(given, 'subject_token') || isGiven(given, 'subject_token_type'))
    return subjectToken(validate(tokenDeletion, given));
  if (!arePasswordsOn) throw new PasswordsOff();
  return validate(passwordDeletion, given);
}

function subjectToken(given: {
  readonly subject_token: string;
  readonly subject_token_type: string;
}): SubjectToken {
  const { subject_token: token, subject_token_type: type } = given;
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

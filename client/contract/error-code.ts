/** The codes of openapi.yaml, and of a device's socket in asyncapi.yaml. A test compares them. */
type ServerCode =
  | 'account_suspended'
  | 'after_invalid'
  | 'body_too_deep'
  | 'body_too_large'
  | 'busy'
  | 'cannot_block_oneself'
  | 'cannot_write_to_user'
  | 'client_id_conflict'
  | 'client_id_invalid'
  | 'conversation_not_found'
  | 'internal'
  | 'invalid_json'
  | 'issuer_unavailable'
  | 'link_invalid'
  | 'mail_off'
  | 'message_blank'
  | 'message_invalid'
  | 'message_missing'
  | 'message_too_long'
  | 'method_not_allowed'
  | 'not_an_object'
  | 'not_authenticated'
  | 'not_found'
  | 'passwords_off'
  | 'rate_limited'
  | 'ref_invalid'
  | 'session_not_found'
  | 'subject_token_expired'
  | 'subject_token_invalid'
  | 'token_expired'
  | 'token_invalid'
  | 'too_many_attempts'
  | 'too_many_blocks'
  | 'too_many_mails'
  | 'unavailable'
  | 'unknown_action'
  | 'unsupported_media_type'
  | 'user_not_found'
  | 'validation_failed'
  | 'wrong_credentials'
  | 'wrong_password';

/** This library's own. `offline`: no response came. `timeout`: none came in time. */
type OwnCode = 'offline' | 'timeout' | 'not_logged_in' | 'session_ended';

/** Decide on the code, not on the text. A newer server may have further codes. */
export type ErrorCode = ServerCode | OwnCode | (string & Record<never, never>);

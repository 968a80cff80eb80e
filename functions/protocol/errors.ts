import { ParleyError } from '../core/errors.ts';

/** A request that is refused for its form, before its content is read. */
export class MalformedRequest extends ParleyError {
  readonly code: 'invalid_json' | 'body_too_deep' | 'body_too_large' | 'unsupported_media_type';

  constructor(code: MalformedRequest['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** A body that is compressed or encoded in another way. */
export class UnsupportedEncoding extends ParleyError {
  readonly code = 'unsupported_media_type';

  constructor(encoding: string) {
    super(
      `Send the body as it is, without \`Content-Encoding\`: ${JSON.stringify(encoding)} is not supported.`,
    );
  }
}

/** A request that came past the site, to an API that takes only what comes through it. */
export class SiteOnly extends ParleyError {
  readonly code = 'site_only';

  constructor() {
    super('This API answers only what comes through the site. Use the address of the site.');
  }
}

export class NotFound extends ParleyError {
  readonly code = 'not_found';

  constructor(path: string) {
    super(`There is nothing at ${JSON.stringify(path)}.`);
  }
}

export class MethodNotAllowed extends ParleyError {
  readonly code = 'method_not_allowed';
  readonly allow: readonly string[];

  constructor(method: string, allow: readonly string[]) {
    super(`${method} is not allowed here. Allowed: ${allow.join(', ')}.`);
    this.allow = allow;
  }
}

export type FrameFault =
  | 'invalid_json'
  | 'not_an_object'
  | 'message_missing'
  | 'message_invalid'
  | 'message_blank'
  | 'message_too_long'
  | 'ref_invalid'
  | 'client_id_invalid'
  | 'after_invalid'
  | 'unknown_action';

/** A frame that cannot be accepted. */
export class BadFrame extends ParleyError {
  readonly code: FrameFault;

  constructor(code: FrameFault, message: string) {
    super(message);
    this.code = code;
  }
}

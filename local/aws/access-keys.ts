import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Access keys for one run. A key identifies its caller by name. Requests without such a key are refused. */
export interface AccessKeys {
  /** The credentials of this caller; the same ones in each call. */
  of(name: string): Credentials;
  /** The name of the caller that signed the request; undefined for a key that is not from this run. */
  callerOf(request: IncomingMessage): string | undefined;
}

/** The caller name of the developer's own tools. */
export const toolsName = 'tools';

/**
 * A key's id has 128 random bits, and each signature contains the id (`Credential=<id>/<date>/…`). So the id alone
 * proves that the caller has the key, and the runtime does not verify the signatures.
 */
export function accessKeys(): AccessKeys {
  const byName = new Map<string, Credentials>();
  const names = new Map<string, string>();
  return {
    of(name) {
      const known = byName.get(name);
      if (known !== undefined) return known;
      // AWS's own ids also consist of letters and digits.
      const accessKeyId = `LOCAL${randomBytes(16).toString('hex').toUpperCase()}`;
      const made = { accessKeyId, secretAccessKey: 'local' };
      byName.set(name, made);
      names.set(accessKeyId, name);
      return made;
    },
    callerOf({ headers }) {
      const [, id = ''] =
        /^AWS4-HMAC-SHA256 .*Credential=([0-9A-Z]+)\//.exec(headers.authorization ?? '') ?? [];
      return names.get(id);
    },
  };
}

import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Access keys for one run: whoever signs with one is known by its name; nobody else is served. */
export interface AccessKeys {
  /** The same ones for the same name. */
  of(name: string): Credentials;
  /** Whose key signed a request; undefined for one that this run did not give out. */
  callerOf(request: IncomingMessage): string | undefined;
}

/** For the developer's own tools. */
export const toolsName = 'tools';

/**
 * The id of a key is 128 random bits, and a signature carries it (`Credential=<id>/<date>/…`): the id alone proves that
 * the caller was given the key, so signatures themselves are not computed again.
 */
export function accessKeys(): AccessKeys {
  const byName = new Map<string, Credentials>();
  const names = new Map<string, string>();
  return {
    of(name) {
      const known = byName.get(name);
      if (known !== undefined) return known;
      // Letters and digits, as AWS's own.
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

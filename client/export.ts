import type { ExportLine } from './contract/http-types.ts';
import { mayPass, type ParleyError } from './errors.ts';
import type { Retry } from './retry.ts';
import { otherUser } from './session/api.ts';
import type { Lines } from './session/http.ts';

/** After so many failures of one page, other than for its pace, an export gives up. */
const MAX_FAILURES = 6;

interface Dependencies {
  readonly get: <T>(path: string) => Promise<T>;
  readonly ownId: () => string;
  readonly retry: Pick<Retry, 'pause'>;
}

/** Reads all that the server stores about the user, page by page. A page that fails for a moment is asked for again. */
export function createExport({ get, ownId, retry }: Dependencies) {
  return async function* exportData(): AsyncGenerator<ExportLine, void, undefined> {
    const user = ownId();
    const page = async (path: string): Promise<Lines> => {
      for (let failures = 0; ; ) {
        try {
          return await get<Lines>(path);
        } catch (error) {
          if ((error as ParleyError).code !== 'rate_limited') failures += 1;
          if (!mayPass(error) || failures === MAX_FAILURES) throw error;
          await retry.pause(error, failures);
          if (user !== ownId()) throw otherUser();
        }
      }
    };
    for (let query: string | undefined = ''; query !== undefined; ) {
      if (user !== ownId()) throw otherUser();
      const { lines, link } = await page(`/users/me/export${query}`);
      yield* lines as readonly ExportLine[];
      query = /\?[^>]*/.exec(link)?.[0];
    }
  };
}

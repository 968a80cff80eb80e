/** Reads a JSON document of somebody else's server. Throws whatever goes wrong. */
export type FetchJson = (url: string) => Promise<unknown>;

/** From the connection to the last byte. Two of them must fit into the time of a function. */
const TIMEOUT_MS = 2_500;

/** Key sets have some kilobytes. */
export const MAX_DOCUMENT_BYTES = 128 * 1024;

/** A redirect is refused: only the address that the settings name is trusted. */
export function fetchJson(options: {
  readonly fetch: typeof globalThis.fetch;
  readonly deadline: (milliseconds: number) => AbortSignal;
}): FetchJson {
  return async (url) => {
    const response = await options.fetch(url, {
      headers: { accept: 'application/json' },
      redirect: 'error',
      signal: options.deadline(TIMEOUT_MS),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`${url} answered ${response.status}`);
    }
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await bytesOf(response, url)));
  };
}

/** Counts what has been decompressed, too. */
async function bytesOf({ body }: Response, url: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > MAX_DOCUMENT_BYTES)
      throw new Error(`${url} answered with more than ${MAX_DOCUMENT_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Whether a page of that origin may open a socket. Without a list any may: no cookie speaks for a browser here, only a
 * token that the page holds. With one, its members may, the service's own pages (`ownHost`, as CloudFront's function
 * reports it), and clients that are no browsers and send no `Origin`.
 */
export function isAllowedOrigin(
  origin: string | undefined,
  { list, ownHost }: { readonly list: readonly string[]; readonly ownHost: string | undefined },
): boolean {
  if (origin === undefined || list.length === 0 || list.includes(origin)) return true;
  return ownHost !== undefined && URL.canParse(origin) && new URL(origin).host === ownHost.toLowerCase();
}

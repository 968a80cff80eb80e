/**
 * The part of an address of the Internet that one household or office has: an IPv4 address, or the first 64 bits of an IPv6 address,
 * below which a device picks its own (RFC 4291 §2.5.1). Any other text stays as it is.
 *
 * @example networkOf('2001:db8::1') // '2001:db8:0:0'
 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [before = '', after] = address.split('::');
  const head = before.split(':').filter((group) => group !== '');
  const tail = (after ?? '').split(':').filter((group) => group !== '');
  // The dotted end of an address stands for two groups.
  const length = (groups: readonly string[]) => groups.length + (groups.at(-1)?.includes('.') ? 1 : 0);
  const gap = after === undefined ? 0 : Math.max(0, 8 - length(head) - length(tail));
  const groups = [...head, ...Array.from({ length: gap }, () => '0'), ...tail];
  return groups
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':');
}

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { clientInfo } from '../../../functions/middleware/client-info.ts';
import { httpEvent } from '../support/events.ts';

const { requestContext } = httpEvent('POST', '/users/token/');
const infoOf = (userAgent?: string, sourceIp?: string) =>
  clientInfo({ ...requestContext, http: { ...requestContext.http, userAgent, sourceIp } as never });

it.each([
  ['Mozilla/5.0 (X11; Linux x86_64)', 'Mozilla/5.0 (X11; Linux x86_64)'],
  ['  Phone/1.0\r\nSet-Cookie: a=b ', 'Phone/1.0 Set-Cookie: a=b'],
  ['a\u0000b\u001bc\u007fd', 'a b c d'],
  ['\u202eevil\u202c', 'evil'],
  ['Téléphone \u{1f4f1}\ud800', 'T l phone'],
  ['\u00e9', ''],
  ['x'.repeat(10_000), 'x'.repeat(256)],
  ['', ''],
  [undefined, ''],
])('the user agent %j is shown as %j', (userAgent, device) => {
  expect(infoOf(userAgent, '192.0.2.1')).toEqual({ device, address: '192.0.2.1' });
});

it('an address is what the gateway says, and no header', () => {
  expect(infoOf('x', '2001:db8::1').address).toBe('2001:db8::1');
  expect(infoOf('x').address).toBe('');
  expect(infoOf('x', '1'.repeat(1_000)).address).toHaveLength(64);
});

it('no user agent makes a device that is long, or has anything but printable ASCII', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 600, size: 'max' }), (userAgent) => {
      expect(infoOf(userAgent).device).toMatch(/^[\x20-\x7e]{0,256}$/);
    }),
  );
});

import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { addForwarded } from '../../../local/gateway/request-context.ts';

/** A proxy at this address passes a request for `https://chat.example:8443` on. Returns what the integration is told of it. */
function forwardedFrom(remoteAddress: string) {
  const socket = Object.defineProperties(new Socket(), {
    remoteAddress: { value: remoteAddress },
    localPort: { value: 8000 },
  });
  const request = new IncomingMessage(socket);
  request.headers = { 'x-forwarded-proto': 'https', 'x-forwarded-port': '8443' };
  addForwarded(request);
  return [request.headers['x-forwarded-proto'], request.headers['x-forwarded-port']];
}

describe('X-Forwarded-Proto and X-Forwarded-Port', () => {
  it.each(['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1'])(
    'count in a request of %s, which is this machine',
    (address) => {
      expect(forwardedFrom(address)).toEqual(['https', '8443']);
    },
  );

  it.each([
    '192.0.2.1',
    '10.127.0.1',
    '12.7.0.1',
    '::ffff:192.0.2.1',
    '::ffff:10.127.0.1',
    '2001:db8::1',
    'fe80::1',
    '::127.0.0.1',
    // The socket is closed already.
    '',
  ])('are ignored in a request of “%s”', (address) => {
    expect(forwardedFrom(address)).toEqual(['http', '8000']);
  });
});

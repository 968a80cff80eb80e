import { expect, it } from 'vitest';
import { openSocket, type WebSocketLike } from '../../client/connection/socket.ts';

/** API Gateway closes a socket with 1009 at a larger frame, and with 1003 at a binary one. */
const MAX_FRAME_BYTES = 32_768;

/** The frame that the library sends for a message. */
function frameOf(text: string): unknown {
  const sent: unknown[] = [];
  class FakeSocket implements WebSocketLike {
    onopen = null;
    onmessage = null;
    onclose = null;
    onerror = null;
    send = (data: unknown) => void sent.push(data);
    close = () => {};
  }
  const socket = openSocket({
    url: 'wss://chat.example/ws/',
    token: 't',
    WebSocket: FakeSocket,
    onFrame: () => {},
    onClose: () => {},
  });
  const id = '0198c3f4-0000-7000-8000-00000000000a';
  const ends = { after: Number.MAX_SAFE_INTEGER, read: Number.MAX_SAFE_INTEGER };
  socket.request({ action: 'message.send', to: id, text, client_id: id, ...ends }, 1).catch(() => {});
  socket.close();
  return sent[0];
}

it.each([
  ['emoji', '🦀'],
  ['emoji with selectors', '❤\ufe0f'],
  ['Chinese characters', '名'],
  ['quotation marks', '"'],
  ['line breaks', '\n'],
  ['control characters, which JSON must escape', '\u0001'],
])('a message of 4,000 characters is one text frame within API Gateway’s limit: %s', (_what, unit) => {
  const frame = frameOf([...unit.repeat(4000)].slice(0, 4000).join(''));
  expect(frame).toEqual(expect.any(String));
  expect(Buffer.byteLength(frame as string)).toBeLessThanOrEqual(MAX_FRAME_BYTES);
});

it('emoji are not escaped: 4,000 of them would be 48 KB as \\uXXXX', () => {
  const text = '🦀'.repeat(4000);
  expect(frameOf(text)).toContain(text);
  const escaped = text.replace(/[\ud800-\udfff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`);
  expect(Buffer.byteLength(escaped)).toBe(48_000);
});

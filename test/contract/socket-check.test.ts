import { expect, it } from 'vitest';
import { kindOf, SocketContract } from '../e2e/support/socket-contract.ts';
import { type DescribedFrame, EXCHANGES, type Exchange, framesTo } from './sockets.ts';

/** test/e2e validates each frame with this check. These tests show that the check finds faults. */
const onDevice = () => new SocketContract('device');
const exampleOf = (id: string) => {
  const frame = framesTo('device').find((one) => one.id === id) as DescribedFrame;
  const [
    {
      payload: { ref, ...payload },
    },
  ] = frame.examples as [DescribedFrame['examples'][number]];
  return payload;
};

it.each(
  framesTo('device').flatMap(({ examples }) => examples.map(({ name, payload }) => ({ name, payload }))),
)('accepts a frame that the document describes: $name', ({ payload: { ref, ...frame } }) => {
  expect(onDevice().faultOf(frame)).toBeUndefined();
});

it.each([
  ['another type', { type: 'chat.massage' }, /not as asyncapi.yaml says/],
  ['a missing type', {}, /not as asyncapi.yaml says/],
  ['an unknown field', { ...exampleOf('pong'), x: 1 }, /must NOT have additional/],
  ['a missing field', { type: 'pong' }, /required property 'time'/],
  ['a field of another type', { ...exampleOf('readReceipt'), seq: '42' }, /seq must be integer/],
  ['an unknown code', { type: 'error', code: 'x', detail: '' }, /must be equal to one of/],
  ['the code of the other protocol', { type: 'error', code: 'message_blank', detail: '' }, /one of/],
  ['a missing retry_after', { type: 'error', code: 'rate_limited', detail: '' }, /'retry_after'/],
  ['retry_after with another code', { ...exampleOf('error'), retry_after: 1 }, /retry_after/],
  [
    'a reference that the client did not send',
    { ...exampleOf('pong'), ref: 'r-1' },
    /a reference that was not sent/,
  ],
])('refuses a frame with %s', (_what, frame, complaint) => {
  expect(onDevice().faultOf(frame)).toMatch(complaint);
});

it('refuses the reply to another action', () => {
  const contract = onDevice();
  contract.sent(JSON.stringify({ action: 'typing', conversation: 'x', ref: 'r-1' }));
  expect(contract.faultOf({ ...exampleOf('typeReply'), ref: 'r-1' })).toBeUndefined();
  expect(contract.faultOf({ ...exampleOf('pong'), ref: 'r-1' })).toMatch(/not as asyncapi.yaml says/);
});

it('refuses every reply except an error to an unknown action', () => {
  const contract = onDevice();
  contract.sent(JSON.stringify({ action: 'x', ref: 'r-1' }));
  expect(contract.faultOf({ type: 'error', code: 'unknown_action', detail: '', ref: 'r-1' })).toBeUndefined();
  expect(contract.faultOf({ ...exampleOf('pong'), ref: 'r-1' })).toMatch(/not as asyncapi.yaml says/);
});

it("refuses a device's frame on a conversation's socket", () => {
  const contract = new SocketContract('conversation');
  expect(contract.faultOf(exampleOf('chatMessage'))).toBeUndefined();
  for (const id of [
    'readReceipt',
    'typing',
    'presence',
    'sessionEnded',
    'connectionReplaced',
    'pong',
    'sent',
  ]) {
    expect(contract.faultOf(exampleOf(id)), id).toMatch(/not as asyncapi.yaml says/);
  }
});

it.each([
  ['/ws', 'device'],
  ['/ws/', 'device'],
  ['', 'device'],
  ['/ws?user_id=', 'device'],
  ['/ws/chat/x/', 'conversation'],
  ['?user_id=x', 'conversation'],
])('knows that %j opens the socket of a %s', (path, kind) => {
  expect(kindOf(path)).toBe(kind);
});

it('knows the replies of every action', () => {
  for (const { replies } of EXCHANGES as readonly Exchange[]) expect(replies.length).toBeGreaterThan(1);
});

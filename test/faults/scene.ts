import { expect, vi } from 'vitest';
import { conversationOf, device } from '../e2e/support/devices.ts';
import { sendMessage } from '../e2e/support/messages.ts';
import { type Person, person } from '../e2e/support/people.ts';
import { type Rest, rest } from '../e2e/support/rest.ts';
import type { Socket } from '../e2e/support/socket.ts';
import type { Outcome } from './outcome.ts';

/** One operation and one of the calls to the table that it makes. */
export interface Operation {
  readonly what: string;
  readonly functionName: string;
  /** The operation of DynamoDB that meets the faults. */
  readonly call: string;
  /** Sets the operation up. Each call of the result is one more trial. */
  prepare(scene: Scene): Promise<() => Promise<Trial>>;
}

export interface Trial {
  /** Text that only the requests of this operation have. */
  readonly marker: string;
  run(): Promise<Outcome>;
  /** What a client does after `unavailable`. It must succeed. By default it is the same again. */
  again?(): Promise<unknown>;
  /** Throws if something is half-done or done twice. It may be called again. */
  check(outcome: Outcome): Promise<void>;
}

/** What all trials share: a system, and a user with a device whom nobody troubles. */
export interface Scene {
  readonly url: string;
  readonly api: Rest;
  readonly bob: Person;
  readonly bobsPhone: Socket;
}

export async function openScene(url: string): Promise<Scene> {
  const api = rest(url);
  const bob = await person(api);
  return { url, api, bob, bobsPhone: await device(url, bob) };
}

/** A new user, and her conversation with Bob, who has begun it. */
export async function withBob({ api, bob }: Scene): Promise<{ alice: Person; conversation: string }> {
  const alice = await person(api);
  const conversation = conversationOf(alice, bob);
  await sendMessage(api, bob, conversation, 'hello');
  return { alice, conversation };
}

/** The number of a message that {@link withOwnMessage} sends. */
const OWN = 2;

export interface OwnMessage {
  readonly alice: Person;
  readonly conversation: string;
  readonly seq: number;
  /** How often it has changed already. */
  readonly changes?: number;
}

/** A new user, and a message of hers to Bob, which she can change. */
export async function withOwnMessage(scene: Scene): Promise<OwnMessage> {
  const { alice, conversation } = await withBob(scene);
  await sendMessage(scene.api, alice, conversation, 'as written');
  return { alice, conversation, seq: OWN };
}

/** The message has changed once more, for both members, and Bob's device has heard of it. */
export async function hasChangedOnce(
  scene: Scene,
  { alice, conversation, seq, changes = 0 }: OwnMessage,
  fits: Record<string, unknown>,
): Promise<void> {
  const change = changes + 1;
  for (const { access: token } of [alice, scene.bob]) {
    const { body } = await scene.api.get(`/conversations/${conversation}/messages/`, { token });
    expect(body).toMatchObject({ last_seq: seq, last_change: change });
    expect({ reactions: [], ...body.results.at(-1) }).toMatchObject({ seq, change, ...fits });
  }
  await bobHears(scene, { type: 'message.changed', conversation, change });
}

/** Her inbox shows the last message as it is now, in a second or so. She has one conversation; Bob has hundreds. */
export async function inboxShows(
  { api }: Scene,
  { alice, conversation }: OwnMessage,
  message: string,
): Promise<void> {
  await vi.waitFor(
    async () => {
      const { body } = await api.get('/conversations/', { token: alice.access });
      expect(body.results).toMatchObject([{ id: conversation, last_message: { message } }]);
    },
    { timeout: 60_000, interval: 500 },
  );
}

/** The log has a message once, and no number is missing. */
export async function logHasOnce(
  { api }: Scene,
  { access }: Person,
  conversation: string,
  text: string,
): Promise<void> {
  const { body } = await api.get(`/conversations/${conversation}/messages/?limit=100`, { token: access });
  const log: readonly { message: string; seq: number }[] = body.results;
  expect(log.filter(({ message }) => message === text)).toHaveLength(1);
  expect(log.map(({ seq }) => seq)).toEqual(log.map((_, i) => i + 1));
}

/** The inbox follows the log by about a second. */
export async function inboxHas({ api }: Scene, { access }: Person, conversation: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const { body } = await api.get('/conversations/', { token: access });
      expect(body.results).toMatchObject([{ id: conversation }]);
    },
    { timeout: 60_000, interval: 500 },
  );
}

/** Bob's device has heard of something, once or more often. */
export function bobHears({ bobsPhone }: Scene, fits: Record<string, unknown>): Promise<void> {
  return bobsPhone.until(() =>
    bobsPhone.frames.some((frame) => Object.entries(fits).every(([name, value]) => frame[name] === value)),
  );
}

export const EMOJI = '👍';

/** What a message has if this user alone has reacted to it. */
export const reactedBy = ({ id }: Person) => ({ reactions: [{ emoji: EMOJI, users: [id] }] });

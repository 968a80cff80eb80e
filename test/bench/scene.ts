import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Runtime } from '../../local/runtime.ts';
import { conversationOf, type Person, register } from '../support/people.ts';
import type { Counted } from './cost-table.ts';
import { call, received } from './counted-call.ts';
import { Device } from './device.ts';

export const TEXT = 'x'.repeat(200);
const LOOK_AGAIN_MS = 100;
const TIMES = 5;

interface Counting {
  /** Runs before each repetition. Not counted. */
  readonly before?: () => Promise<unknown>;
  /** Count only these functions. The others are called only to see whether the work is done. */
  readonly only?: readonly string[];
  /** For each repetition. Other requests only see whether the work is done. */
  readonly httpRequests?: number;
  /** For each repetition. */
  readonly handshakes?: number;
  readonly times?: number;
}

/** Ada talks to ten users. She and Charles are online on one device each, the others are offline. */
export class Scene {
  readonly runtime: Pick<Runtime, 'httpApiUrl' | 'webSocketUrl' | 'usage' | 'resetUsage'>;
  readonly ada: Person;
  readonly charles: Person;
  readonly others: readonly Person[];
  readonly hers: Device;
  readonly his: Device;
  readonly conversation: string;

  private constructor(runtime: Scene['runtime'], people: readonly Person[], devices: readonly Device[]) {
    this.runtime = runtime;
    [this.ada, this.charles, ...this.others] = people as [Person, Person, ...Person[]];
    [this.hers, this.his] = devices as [Device, Device];
    this.conversation = conversationOf(this.ada, this.charles);
  }

  static async set(runtime: Scene['runtime']): Promise<Scene> {
    const people = await Promise.all(Array.from({ length: 11 }, () => register(runtime.httpApiUrl)));
    const devices = people.slice(0, 2).map(({ access }) => Device.open(runtime.webSocketUrl, access));
    const scene = new Scene(runtime, people, await Promise.all(devices));
    for (const other of [...scene.others, scene.charles]) await scene.say(other);
    return scene;
  }

  /** Sends a message over a device and waits until the inbox shows it, which is the last effect of a message. */
  async say(to = this.charles, by = this.hers): Promise<number> {
    const seq = await this.send(to, by);
    await this.inboxShows(by === this.hers ? this.ada : this.charles, to, seq);
    return seq;
  }

  /** Sends twenty messages, each after the acknowledgement of the former one. */
  async burst(): Promise<void> {
    let seq = 0;
    for (let i = 0; i < 20; i += 1) seq = await this.send(this.charles, this.hers);
    await this.inboxShows(this.ada, this.charles, seq);
  }

  /** Sends two frames of ten messages. */
  async frames(): Promise<void> {
    let seq = 0;
    for (let i = 0; i < 2; i += 1) {
      const messages = Array.from({ length: 10 }, () => ({ client_id: randomUUID(), text: TEXT }));
      const { results } = await this.hers.ask('message.send', { to: this.charles.id, messages });
      const last = (results as { seq: number }[]).at(-1)?.seq as number;
      await this.his.heard(({ type, messages: told }) => {
        return type === 'chat.messages' && (told as { seq: number }[]).at(-1)?.seq === last;
      });
      seq = last;
    }
    await this.inboxShows(this.ada, this.charles, seq);
  }

  async inbox(who: Person): Promise<readonly InboxEntry[]> {
    const { results } = await call(this.runtime.httpApiUrl, '/conversations/?limit=10', {
      access: who.access,
    });
    return results as readonly InboxEntry[];
  }

  /** Repeats some work several times and counts its consumption. One repetition does `pieces` pieces of work. */
  async count(pieces: number, work: () => Promise<unknown>, counting: Counting = {}): Promise<Counted> {
    const { before, only, httpRequests = 0, handshakes = 0, times = TIMES } = counting;
    const { runtime, hers, his } = this;
    const counts = (name: string) => !only || only.includes(name);
    const invocations: Record<string, number> = {};
    const counted = { socketMessages: 0, megabytes: 0, wru: 0, rru: 0 };
    const bytes = () => hers.bytes + his.bytes + (httpRequests > 0 ? received.bytes : 0);
    for (let time = 0; time < times; time += 1) {
      await before?.();
      runtime.resetUsage();
      const messagesBefore = hers.messages + his.messages;
      const bytesBefore = bytes();
      await work();
      const usage = runtime.usage();
      counted.socketMessages += hers.messages + his.messages - messagesBefore;
      counted.megabytes += (bytes() - bytesBefore) / 1_000_000;
      for (const [name, count] of Object.entries(usage.invocations)) {
        if (counts(name)) invocations[name] = (invocations[name] ?? 0) + count;
      }
      for (const request of usage.requests) {
        if (!counts(request.function)) continue;
        counted.wru += request.wru;
        counted.rru += request.rru;
      }
    }
    const viewerRequests = times * (httpRequests + handshakes);
    return {
      times: times * pieces,
      httpRequests: times * httpRequests,
      viewerRequests,
      invocations,
      ...counted,
    };
  }

  async end(): Promise<void> {
    await Promise.all([this.hers.close(), this.his.close()]);
  }

  private async send(to: Person, by: Device): Promise<number> {
    const { seq } = await by.ask('message.send', { to: to.id, text: TEXT, client_id: randomUUID() });
    if (to === this.charles)
      await this.his.heard((frame) => frame.type === 'chat.message' && frame.seq === seq);
    return seq as number;
  }

  private async inboxShows(who: Person, peer: Person, seq: number): Promise<void> {
    for (;;) {
      const entry = (await this.inbox(who)).find((one) => one.peer.id === peer.id);
      // A write is counted a moment after its effect.
      await delay(LOOK_AGAIN_MS);
      if (entry && entry.last_message.seq >= seq) return;
    }
  }
}

interface InboxEntry {
  readonly id: string;
  readonly peer: { readonly id: string };
  readonly last_message: { readonly seq: number };
}

import type { Plant } from './capabilities.ts';
import { cast } from './cast.ts';
import { synchronize } from './catching-up.ts';
import { type ChangeKind, Changes, tryChanging } from './changing.ts';
import type { Client } from './client.ts';
import { type Fate, GOOD_FATE } from './fate.ts';
import { Groups } from './groups.ts';
import {
  conversationWith,
  type Intent,
  newIntent,
  type Said,
  type Target,
  trySending,
  trySendingAll,
} from './intent.ts';
import { Inviting } from './inviting.ts';
import { logOut, refresh } from './log-in.ts';
import { changePassword, deleteAccount } from './own-account.ts';
import { type Reader, readersOf } from './readers.ts';
import { ReceiptAttempts } from './receipts.ts';
import { Recency } from './recency.ts';
import { renewSocket } from './renewing.ts';
import { connectPhones } from './settle.ts';
import type { Action, Step } from './steps.ts';
import { watchEverybody } from './watching.ts';
import { type Person, type Surroundings, World } from './world.ts';

/** A running world: its users and what they want to send. */
export class Simulation {
  readonly world: World;
  readonly clients: readonly Client[];
  readonly intents: Intent[] = [];
  readonly changes = new Changes();
  readonly receipts = new ReceiptAttempts();
  readonly groups: Groups;
  readonly inviting: Inviting;
  readonly recency: Recency;
  readonly readers: readonly Reader[];

  static async start(surroundings: Surroundings, plant?: Plant): Promise<Simulation> {
    const world = new World(surroundings, plant);
    const simulation = new Simulation(world, await cast(world));
    await connectPhones(simulation);
    return simulation;
  }

  constructor(world: World, clients: readonly Client[]) {
    this.world = world;
    this.clients = clients;
    this.groups = new Groups(world);
    this.inviting = new Inviting(world);
    this.recency = new Recency(() => world.scheduler.time);
    this.readers = readersOf(world, this.recency.onBatch);
  }

  /** Starts a step, and releases some waiters. */
  async perform({ action, fate, turns }: Step): Promise<void> {
    const { world } = this;
    this.#begin(action, fate).catch((error: unknown) => {
      world.blame(`the simulation itself failed: ${error instanceof Error ? error.stack : error}`);
    });
    for (const choice of turns) await world.scheduler.release(choice);
  }

  async #begin(action: Action, fate: Fate): Promise<void> {
    const { world } = this;
    const { scheduler } = world;
    switch (action.kind) {
      case 'connect':
        return this.#client(action.by).connect(fate);
      case 'disconnect':
        return this.#client(action.by).disconnect(action.isTold ? 'told' : 'silent', fate);
      case 'send':
        return this.#send(action, fate);
      case 'send-many':
        return this.#sendMany(action, fate);
      case 'post': {
        const client = this.#client(action.by);
        const sender = client.person;
        const target = this.#target(sender, action.to);
        const replyTo = answered(lastHeld(client, target), action.answers);
        for (let i = 0; i < action.count; i += 1) {
          await trySending(world, this.#intent(sender, target, { isNamed: true, ...replyTo }), fate);
        }
        return;
      }
      case 'retry':
        return this.#retry(action, fate);
      case 'edit':
      case 'delete':
      case 'react':
      case 'unreact':
        return this.#change(action, fate);
      case 'sync':
        await synchronize(this.#client(action.by), fate);
        return;
      case 'read':
      case 'received':
        return this.#moveReceipt(action, fate);
      case 'watch': {
        const client = this.#client(action.by);
        return client.peer ? undefined : watchEverybody(client, fate);
      }
      case 'typing':
      case 'ping':
        return this.#tell(action.kind, action, fate);
      case 'renew':
        return renewSocket(this.#client(action.by), action.to, fate);
      case 'log-out':
        return logOut(this.#client(action.by), fate);
      case 'change-password':
        return changePassword(this.#client(action.by), action.again, fate);
      case 'delete-account':
        return deleteAccount(this.#client(action.by), fate);
      case 'refresh':
        return refresh(this.#client(action.by), action.tabs, fate);
      case 'hide': {
        const { id, username } = this.#client(action.by).person;
        world.say(`${username} ${action.hidden ? 'hides' : 'shows'} their presence`);
        await world.invoke(`hide by ${username}`, fate, ({ hide }) => hide(id, action.hidden));
        return;
      }
      case 'block': {
        const { person } = this.#client(action.by);
        return world.blocks.change(world, person, this.#other(person, action.to), action.isBlocked, fate);
      }
      case 'create-group':
        return this.groups.create(this.#client(action.by), action, fate);
      case 'put-member':
      case 'remove-member':
      case 'set-group':
      case 'dissolve-group':
        return this.groups.change(this.#client(action.by).person, action, fate);
      case 'invite':
        return this.inviting.invite(this.#client(action.by).person, action, fate);
      case 'revoke':
        return this.inviting.revoke(this.#client(action.by).person, action.which, fate);
      case 'preview':
      case 'join':
        return this.inviting.follow(this.#client(action.by).person, action, fate);
      case 'stream':
        return this.readers[action.which % this.readers.length]?.deliver(action.size, action.again, fate);
      case 'pass':
        world.say(`${action.milliseconds} ms pass`);
        scheduler.pass(action.milliseconds);
        return this.#cutOld();
      case 'expire':
        world.say('the table deletes what has expired');
        return world.state.expire(scheduler.time / 1000);
    }
  }

  async #send(action: Action & { kind: 'send' }, fate: Fate): Promise<void> {
    const { by, to, withAfter, isNamed, unseen, isLong, answers } = action;
    const client = this.#client(by);
    const { person, peer } = client;
    if (!client.isConnected) return client.connect(fate);
    const target = peer ?? this.#target(person, to);
    const last = lastHeld(client, target);
    const intent = this.#intent(person, target, {
      isNamed: isNamed || !peer,
      isLong,
      ...(withAfter && { after: last }),
      ...(unseen !== undefined && { read: Math.max(0, last - unseen) }),
      // The original protocol knows no answers.
      ...(!peer && answered(last, answers)),
    });
    return trySending(this.world, intent, fate, client);
  }

  async #sendMany(action: Action & { kind: 'send-many' }, fate: Fate): Promise<void> {
    const { by, to, waiting, count, withAfter, answers } = action;
    const client = this.#client(by);
    const { person, peer } = client;
    if (!client.isConnected || peer) return client.connect(fate);
    const target = this.#target(person, to);
    const last = lastHeld(client, target);
    const unanswered = this.intents.filter(
      ({ sender, conversation, clientId, acked, isGivenUp }) =>
        sender === person &&
        conversation === conversationWith(person, target) &&
        clientId !== undefined &&
        !acked &&
        !isGivenUp,
    );
    const again = unanswered.slice(0, waiting);
    const fresh = Array.from({ length: count }, () =>
      this.#intent(person, target, {
        isNamed: true,
        ...(withAfter && { after: last }),
        ...answered(last, answers),
      }),
    );
    return trySendingAll(this.world, [...again, ...fresh], fate, client);
  }

  async #retry({ what, via }: Action & { kind: 'retry' }, fate: Fate): Promise<void> {
    const named = this.intents.filter(({ clientId }) => clientId !== undefined);
    const intent = named[named.length - 1 - (what % Math.max(1, named.length))];
    if (!intent) return;
    const able = this.clients.filter(
      ({ person, peer, isConnected }) =>
        person === intent.sender && isConnected && (!peer || peer === intent.peer),
    );
    return trySending(this.world, intent, fate, [...able, undefined][via % (able.length + 1)]);
  }

  async #change(action: Action & { kind: ChangeKind }, fate: Fate): Promise<void> {
    const { kind, by, what, isOwn, byHttp } = action;
    const client = this.#client(by);
    const { person, peer } = client;
    if (!byHttp && (!client.isConnected || peer)) return client.connect(fate);
    const via = byHttp ? undefined : client;
    const last = this.changes.all.findLast((one) => one.kind === 'edit' && one.by === person);
    if (kind === 'edit' && action.again && last) return tryChanging(this.world, last, fate, via);
    const known = this.intents
      .filter((one) => one.clientId !== undefined && (isOwn ? one.sender === person : mayReach(one, person)))
      .flatMap((of) => {
        // A device also learns by a frame which number a message has that another one has sent.
        const held = client.held.get(of.conversation)?.all.find(({ text }) => text === of.text);
        const seq = of.acked?.seq ?? held?.seq;
        return seq === undefined ? [] : { of, seq };
      });
    const target = known[known.length - 1 - (what % Math.max(1, known.length))];
    if (!target) return;
    const held = client.held.get(target.of.conversation)?.at(target.seq);
    const version = Math.max(1, (held?.version ?? 1) + (kind === 'edit' ? action.off : 0));
    const isLong = kind === 'edit' && action.isLong;
    const emoji = kind === 'react' || kind === 'unreact' ? action.emoji : '';
    const wanted = this.changes.wanted({ kind, by: person, ...target, version, isLong, emoji });
    return tryChanging(this.world, wanted, fate, via);
  }

  async #moveReceipt(
    { kind, by, what, back }: Action & { kind: 'read' | 'received' },
    fate: Fate,
  ): Promise<void> {
    const client = this.#client(by);
    const [conversation, held] = [...client.held][what % Math.max(1, client.held.size)] ?? [];
    if (conversation === undefined || client.peer || !held) return;
    return this.receipts.move(client, kind, conversation, Math.max(0, held.last - back), fate);
  }

  async #tell(kind: 'typing' | 'ping', { by, to }: { by: number; to: number }, fate: Fate): Promise<void> {
    const { world } = this;
    const { connection, name, person, peer } = this.#client(by);
    if (!connection || peer) return;
    world.say(`${name}: ${kind}`);
    await world.invokeOver(connection.connectionId, `${kind} by ${name}`, fate, async (functions) => {
      if (kind === 'ping') return functions.ping(connection);
      return functions.typing(connection, conversationWith(person, this.#target(person, to)));
    });
  }

  /** API Gateway ends every socket after two hours, with `$disconnect` or without. */
  #cutOld(): void {
    const oldest = this.world.scheduler.time - 7_200_000;
    this.clients.forEach((client, i) => {
      if ((client.connection?.connectedAt.getTime() ?? oldest) >= oldest) return;
      client.disconnect(i % 2 === 0 ? 'told' : 'silent', GOOD_FATE);
    });
  }

  #intent(sender: Person, target: Target, said: Omit<Said, 'number'>): Intent {
    const number = this.intents.length + 1;
    const intent = newIntent(this.world, sender, target, { number, ...said });
    this.intents.push(intent);
    return intent;
  }

  #client(index: number): Client {
    return this.clients[index % this.clients.length] as Client;
  }

  /** Where groups are, most messages are for one that the user is in, and some for one that they are not in. */
  #target(person: Person, index: number): Target {
    const groups = this.world.rosters.ids;
    const own = groups.filter((id) => this.world.rosters.isIn(person.id, id));
    if (own.length > 0 && index % 6 < 4) return own[index % own.length] as string;
    if (groups.length > 0 && index % 6 === 4) return groups[index % groups.length] as string;
    return this.#other(person, index);
  }

  #other(person: Person, index: number): Person {
    const others = this.world.people.filter((one) => one !== person);
    return others[index % others.length] as Person;
  }
}

/** The last message that a client holds of its user's conversation with another one, or of a group. */
const lastHeld = ({ held, person }: Client, target: Target): number =>
  held.get(conversationWith(person, target))?.last ?? 0;

/** A message of somebody else that a user may try to change. To a group, also one who is not in it may try. */
const mayReach = ({ sender, peer }: Intent, person: Person): boolean =>
  peer ? peer === person : sender !== person;

/** Which message a new one answers: so far before the last one, but not before the first. */
const answered = (last: number, back: number | undefined): Pick<Said, 'replyTo'> =>
  back === undefined ? {} : { replyTo: Math.max(1, last - back) };

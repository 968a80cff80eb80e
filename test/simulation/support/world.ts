import { createHash } from 'node:crypto';
import type { KnownEnds } from '../../../functions/core/connections/renew.ts';
import { ParleyError } from '../../../functions/core/errors.ts';
import type { TypingTimes } from '../../../functions/core/presence/typing.ts';
import { RESET_BEHIND } from '../../../functions/core/sync/missed-changes.ts';
import { profileKey } from '../../../functions/storage/keys.ts';
import { documentClient } from '../../support/memory-table.ts';
import { State, type Written } from '../../support/table/state.ts';
import { Stream } from '../../support/table/stream.ts';
import { Accounts } from './accounts.ts';
import { Blocks } from './blocking.ts';
import { type Capabilities, capabilitiesOver, type Plant } from './capabilities.ts';
import type { Fate, Fault } from './fate.ts';
import { type Functions, functionsWith } from './functions.ts';
import { Invocation } from './invocation.ts';
import { MessageStates } from './message-states.ts';
import { gatewayPort, managementClient, storePort } from './ports.ts';
import { isRoster, Rosters } from './rosters.ts';
import { Scheduler } from './scheduler.ts';
import { Sockets } from './sockets.ts';
import type { Schedule } from './steps.ts';
import { faultOfFrame } from './witness.ts';
import { shortened } from './words.ts';

export interface Person {
  readonly id: string;
  readonly username: string;
  readonly email: string;
}

/** The end of an invocation as its caller sees it. */
export type Outcome<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'error'; readonly error: ParleyError }
  /** The function was killed, or its reply got lost. */
  | { readonly kind: 'lost' };

/** The errors of a failing store or gateway. Any other error is a bug. */
const OUTAGES = new Set(['TimeoutError', 'ThrottlingException', 'LimitExceededException']);

/** Faults after which a function cannot finish its work. */
const BREAKING = new Set<Fault['kind']>(['killed', 'throttled', 'timed-out', 'answer-lost']);

/** What a schedule says of its world. */
export type Surroundings = Omit<Schedule, 'steps'>;

/** One table, one gateway, and all their users. */
export class World {
  readonly people: readonly Person[];
  readonly scheduler = new Scheduler('2026-11-23T12:00:00.000Z');
  readonly stream = new Stream();
  readonly state: State;
  readonly rosters = new Rosters();
  readonly states = new MessageStates(this.rosters.conversation);
  readonly sockets: Sockets;
  readonly blocks = new Blocks();
  readonly accounts = new Accounts();
  /** The story of the run, in words. */
  readonly story: string[] = [];
  /** The broken rules. */
  readonly violations: string[] = [];
  /** No more faults, so that everything settles. */
  isCalm = false;
  /** Connections whose item may still exist: their end was not reported, or a function died while it handled them. */
  readonly troubled = new Set<string>();
  /** A client that has missed so many changes begins anew. */
  readonly resetBehind: number;
  readonly #plant: Plant;
  readonly #typingTimes: TypingTimes = new Map();
  readonly #knownEnds: KnownEnds = new Map();
  readonly #idsOf = new Map<string, string>();
  #ids = 1000;
  #chance = 0;
  #secrets = 0;

  constructor(
    { people, pageBytes, resetBehind = RESET_BEHIND }: Surroundings,
    plant: Plant = (capabilities) => capabilities,
  ) {
    this.#plant = plant;
    this.resetBehind = resetBehind;
    this.state = new State({
      onWrite: (written) => this.#follow(written),
      now: () => this.scheduler.time,
      pageBytes,
    });
    this.people = Array.from({ length: people }, (_, i) => ({
      id: uuid(i + 1),
      username: NAMES[i] ?? `u${i}`,
      email: `${NAMES[i] ?? `u${i}`}@example.org`,
    }));
    this.sockets = new Sockets((socket, frame) => {
      this.blame(faultOfFrame(this, socket, frame));
    });
  }

  #follow(written: Written): void {
    this.stream.add(written);
    if (isRoster(written)) this.rosters.add(written, this.states.moment + 1);
    const state = this.states.add(written);
    if (state && !written.before) this.rosters.follow(state);
  }

  readonly say = (words: string): void => {
    this.story.push(shortened(words));
  };

  readonly blame = (violation: string | undefined): void => {
    if (violation === undefined) return;
    this.violations.push(shortened(violation));
    this.say(`!!! ${violation}`);
  };

  /** By what the table says. */
  readonly isDeleted = ({ id }: Pick<Person, 'id'>): boolean =>
    this.state.get(profileKey(id))?.deletedAt !== undefined;

  get living(): readonly Person[] {
    return this.people.filter((person) => !this.isDeleted(person));
  }

  get deleted(): readonly Person[] {
    return this.people.filter(this.isDeleted);
  }

  readonly newId = (): string => {
    this.#ids += 1;
    return uuid(this.#ids);
  };

  /** The same id for the same text. */
  readonly idOf = (text: string): string => {
    const known = this.#idsOf.get(text) ?? this.newId();
    this.#idsOf.set(text, known);
    return known;
  };

  /** Runs a function of the websocket or http API. */
  invoke<T>(name: string, fate: Fate, run: (functions: Functions) => Promise<T>): Promise<Outcome<T>> {
    return this.run(name, fate, (capabilities) =>
      run(
        functionsWith(capabilities, {
          typingTimes: this.#typingTimes,
          knownEnds: this.#knownEnds,
          resetBehind: this.resetBehind,
          onLogIn: (sessionId, password) => this.accounts.opened(sessionId, password),
          onFailure: (error) => this.#judge(name, error),
        }),
      ),
    );
  }

  /** Runs a function that may change a connection item and may die before its end. */
  async invokeOver<T>(
    connectionId: string | undefined,
    name: string,
    fate: Fate,
    run: (functions: Functions) => Promise<T>,
  ): Promise<Outcome<T>> {
    const isBroken = !this.isCalm && fate.faults.some(({ kind }) => BREAKING.has(kind));
    const outcome = await this.invoke(name, fate, run);
    if (connectionId && (isBroken || outcome.kind === 'lost')) this.troubled.add(connectionId);
    return outcome;
  }

  async run<T>(
    name: string,
    fate: Fate,
    body: (capabilities: Capabilities, onFailure: (error: unknown) => void) => Promise<T>,
  ): Promise<Outcome<T>> {
    const { scheduler, say } = this;
    const invocation = new Invocation(name, fate, { scheduler, say, isCalm: () => this.isCalm });
    const capabilities = this.#plant(
      capabilitiesOver({
        documents: documentClient(storePort(this.state, invocation)),
        management: managementClient(gatewayPort(this.sockets, invocation)),
        system: {
          now: () => invocation.now(),
          newId: this.newId,
          idOf: this.idOf,
          random: () => this.#random(),
          randomBytes: (size) => this.#randomBytes(size),
          wait: (milliseconds) => invocation.wait(milliseconds),
          // A post that gets no answer in time fails at once here.
          deadline: () => new AbortController().signal,
        },
      }),
    );
    const onFailure = (error: unknown) => this.#judge(name, error);
    const outcome = await Promise.race([
      body(capabilities, onFailure).then(
        (value): Outcome<T> => ({ kind: 'ok', value }),
        (error): Outcome<T> => this.#failed(name, error),
      ),
      invocation.killed.then((): Outcome<T> => ({ kind: 'lost' })),
    ]);
    if (!fate.replyLost || this.isCalm || outcome.kind === 'lost') return outcome;
    say(`the reply of ${name} is lost`);
    return { kind: 'lost' };
  }

  #failed<T>(name: string, error: unknown): Outcome<T> {
    this.#judge(name, error);
    // The caller learns nothing from a server fault.
    return error instanceof ParleyError ? { kind: 'error', error } : { kind: 'lost' };
  }

  #judge(name: string, error: unknown): void {
    if (error instanceof ParleyError) return;
    if (error instanceof Error && OUTAGES.has(error.name)) return;
    this.blame(`${name} threw ${error instanceof Error ? error.stack : String(error)}`);
  }

  /** The same in every run. */
  #randomBytes(size: number): Buffer {
    this.#secrets += 1;
    return createHash('shake256', { outputLength: size }).update(String(this.#secrets)).digest();
  }

  /** Evenly distributed, and the same in every run. */
  #random(): number {
    this.#chance = (this.#chance + 0.618_033_988_75) % 1;
    return this.#chance;
  }
}

const NAMES = ['ann', 'bob', 'cid', 'dan', 'eve', 'fay', 'gil', 'hal'];

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

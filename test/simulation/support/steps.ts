import fc from 'fast-check';
import type { Role, Who } from '../../../functions/core/conversations/rights.ts';
import type { HistoryAccess } from '../../../functions/core/conversations/roster.ts';
import { FAULTS, type Fate, GOOD_FATE } from './fate.ts';

/** An action of a user. Numbers choose users and things, modulo how many there are. */
export type Action =
  | { readonly kind: 'connect'; readonly by: number }
  | { readonly kind: 'disconnect'; readonly by: number; readonly isTold: boolean }
  | {
      readonly kind: 'send';
      readonly by: number;
      readonly to: number;
      readonly withAfter: boolean;
      readonly isNamed: boolean;
      /**
       * How many of the client's messages its user had not seen when they wrote. Undefined: the frame does not say it.
       */
      readonly unseen: number | undefined;
      readonly isLong: boolean;
      readonly answers: Answers;
    }
  /** In one frame: messages that wait for an acknowledgement, and new ones. */
  | {
      readonly kind: 'send-many';
      readonly by: number;
      readonly to: number;
      readonly waiting: number;
      readonly count: number;
      readonly withAfter: boolean;
      readonly answers: Answers;
    }
  /** Over HTTP, one after the other. */
  | {
      readonly kind: 'post';
      readonly by: number;
      readonly to: number;
      readonly count: number;
      readonly answers?: Answers;
    }
  /** Over any client of the sender, or over HTTP. */
  | { readonly kind: 'retry'; readonly what: number; readonly via: number }
  /** Of a message that the user or the other member has sent. Over a client, or over HTTP. */
  | {
      readonly kind: 'edit';
      readonly by: number;
      readonly what: number;
      readonly isOwn: boolean;
      /** How far the version in the request is from the one that the client holds. */
      readonly off: number;
      /** The last edit of this user once more, whatever became of it. */
      readonly again: boolean;
      readonly isLong: boolean;
      readonly byHttp: boolean;
    }
  | {
      readonly kind: 'delete';
      readonly by: number;
      readonly what: number;
      readonly isOwn: boolean;
      readonly byHttp: boolean;
    }
  | {
      readonly kind: 'react' | 'unreact';
      readonly by: number;
      readonly what: number;
      readonly isOwn: boolean;
      readonly emoji: string;
      readonly byHttp: boolean;
    }
  | { readonly kind: 'sync'; readonly by: number }
  | { readonly kind: 'read' | 'received'; readonly by: number; readonly what: number; readonly back: number }
  | { readonly kind: 'typing' | 'watch' | 'ping' | 'renew'; readonly by: number; readonly to: number }
  | { readonly kind: 'log-out'; readonly by: number }
  | { readonly kind: 'change-password'; readonly by: number; readonly again: boolean }
  | { readonly kind: 'delete-account'; readonly by: number }
  | { readonly kind: 'refresh'; readonly by: number; readonly tabs: number }
  | { readonly kind: 'hide'; readonly by: number; readonly hidden: boolean }
  | { readonly kind: 'block'; readonly by: number; readonly to: number; readonly isBlocked: boolean }
  | {
      readonly kind: 'create-group';
      readonly by: number;
      /** Its first members besides the creator: a bit for each user. */
      readonly others: number;
      readonly history: HistoryAccess;
      /** With a key, so that it may be sent again. */
      readonly isNamed: boolean;
      /** The last creation of this user once more. */
      readonly again: boolean;
    }
  /** Adds somebody, or gives a member another role. */
  | {
      readonly kind: 'put-member';
      readonly by: number;
      readonly group: number;
      readonly who: number;
      readonly role: Role | undefined;
    }
  | {
      readonly kind: 'remove-member';
      readonly by: number;
      readonly group: number;
      readonly who: number;
      /** The user leaves. */
      readonly isSelf: boolean;
    }
  | {
      readonly kind: 'set-group';
      readonly by: number;
      readonly group: number;
      /** Undefined: the title stays. Else a new one, or the one that the group has. */
      readonly title: 'new' | 'present' | undefined;
      /** Undefined: whoever may write may still. */
      readonly write: Who['write'] | undefined;
    }
  | { readonly kind: 'dissolve-group'; readonly by: number; readonly group: number }
  | {
      readonly kind: 'invite';
      readonly by: number;
      readonly group: number;
      readonly maxUses: number;
      /** Seconds. */
      readonly expiresIn: number;
    }
  /** One of the invitations of all groups. */
  | { readonly kind: 'revoke'; readonly by: number; readonly which: number }
  | { readonly kind: 'preview' | 'join'; readonly by: number; readonly which: number }
  | { readonly kind: 'stream'; readonly which: number; readonly size: number; readonly again: number }
  | { readonly kind: 'pass'; readonly milliseconds: number }
  | { readonly kind: 'expire' };

/**
 * How far the message that a new one answers is before the last one that its client holds. Below 0 it is one that the client does not
 * hold. Undefined: it answers none.
 */
type Answers = number | undefined;

export interface Step {
  readonly action: Action;
  readonly fate: Fate;
  /** The waiters to release, one after the other, before the next step. */
  readonly turns: readonly number[];
}

export interface Schedule {
  readonly people: number;
  /** The page size of a Query, if not DynamoDB's. With a small one Queries end early. */
  readonly pageBytes?: number | undefined;
  /** A client that has missed so many changes begins anew, if not the stage's number. */
  readonly resetBehind?: number | undefined;
  readonly steps: readonly Step[];
}

const who = fc.nat(11);
const flag = fc.boolean();
const mostly = fc.nat(7).map((n) => n > 0);
/** One of the last, so that changes meet. */
const few = fc.constantFrom(0, 0, 0, 1, 1, 2, 5);

const edit = fc.record({
  kind: fc.constant('edit'),
  by: who,
  what: few,
  isOwn: mostly,
  off: fc.constantFrom(0, 0, 0, 0, -1, 1),
  again: fc.nat(3).map((n) => n === 3),
  isLong: fc.nat(3).map((n) => n === 3),
  byHttp: flag,
});

const deletion = fc.record({
  kind: fc.constant('delete'),
  by: who,
  what: few,
  isOwn: mostly,
  byHttp: flag,
});

/** So few emoji that members meet in one. */
const reaction = fc.record({
  kind: fc.constantFrom('react', 'react', 'unreact'),
  by: who,
  what: few,
  isOwn: flag,
  emoji: fc.constantFrom('👍', '👍', '🎉'),
  byHttp: flag,
});

const answers = fc.constantFrom(undefined, undefined, undefined, 0, 1, 5, -1);

const post = fc.record({ kind: fc.constant('post'), by: who, to: who, count: fc.constant(1), answers });

const receipt = fc.record({
  kind: fc.constantFrom('read', 'read', 'received'),
  by: who,
  what: who,
  back: fc.integer({ min: -1, max: 3 }),
});

const stream = fc.record({
  kind: fc.constant('stream'),
  which: who,
  size: fc.integer({ min: 1, max: 6 }),
  again: fc.nat(4).map((n) => Math.max(0, n - 1)),
});

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('connect'), by: who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('disconnect'), by: who, isTold: flag }) },
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('send'),
      by: who,
      to: who,
      withAfter: flag,
      isNamed: fc.nat(5).map((n) => n > 0),
      unseen: fc.constantFrom(undefined, undefined, 0, 1, 2, 9),
      isLong: fc.nat(3).map((n) => n === 3),
      answers,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('send-many'),
      by: who,
      to: who,
      waiting: fc.constantFrom(0, 0, 1, 2, 5),
      count: fc.constantFrom(1, 2, 3, 3, 8, 15),
      withAfter: flag,
      answers,
    }),
  },
  { weight: 2, arbitrary: post },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('post'),
      by: who,
      to: who,
      count: fc.constantFrom(2, 3, 3, 5, 5, 23),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('retry'), what: who, via: who }) },
  { weight: 5, arbitrary: edit },
  { weight: 2, arbitrary: deletion },
  { weight: 5, arbitrary: reaction },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('sync'), by: who }) },
  { weight: 6, arbitrary: receipt },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('typing', 'watch', 'ping', 'ping'), by: who, to: who }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('renew'), by: who, to: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('log-out'), by: who }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('refresh'), by: who, tabs: fc.constantFrom(1, 1, 2, 3) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('change-password'), by: who, again: flag }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete-account'), by: who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hide'), by: who, hidden: flag }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('block'), by: who, to: who, isBlocked: flag }),
  },
  { weight: 7, arbitrary: stream },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('pass'),
      milliseconds: fc.constantFrom(500, 5_000, 12_000, 12_000, 60_000, 7_300_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire') }) },
) as fc.Arbitrary<Action>;

/** Of two users who write, and change what they have written. */
const change: fc.Arbitrary<Action> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('connect'), by: who }) },
  { weight: 3, arbitrary: post },
  { weight: 5, arbitrary: edit },
  { weight: 2, arbitrary: deletion },
  { weight: 5, arbitrary: reaction },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('sync'), by: who }) },
  { weight: 3, arbitrary: stream },
) as fc.Arbitrary<Action>;

/** Of users who share groups. Numbers go further, because there are more clients. */
const anyone = fc.nat(23);
const creation = fc.record({
  kind: fc.constant('create-group'),
  by: anyone,
  others: fc.nat(255),
  history: fc.constantFrom('all', 'since_joining'),
  isNamed: mostly,
  again: fc.nat(2).map((n) => n === 2),
});
const role = fc.constantFrom(undefined, undefined, undefined, 'owner', 'moderator', 'member', 'reader');
const ofGroups: fc.Arbitrary<Action> = fc.oneof(
  { weight: 2, arbitrary: creation },
  {
    weight: 9,
    arbitrary: fc.record({ kind: fc.constant('put-member'), by: anyone, group: who, who: fc.nat(7), role }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      kind: fc.constant('remove-member'),
      by: anyone,
      group: who,
      who: fc.nat(7),
      isSelf: fc.nat(2).map((n) => n === 2),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('set-group'),
      by: anyone,
      group: who,
      title: fc.constantFrom(undefined, 'new', 'new', 'present'),
      write: fc.constantFrom(undefined, 'member', 'moderator', 'owner'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('dissolve-group'), by: anyone, group: who }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('invite'),
      by: anyone,
      group: who,
      maxUses: fc.constantFrom(1, 1, 2, 5),
      expiresIn: fc.constantFrom(60, 3_600),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('join', 'join', 'join', 'preview', 'revoke'),
      by: anyone,
      which: few,
    }),
  },
) as fc.Arbitrary<Action>;

/** The same actions as anywhere, by more users. */
const byAnyone = fc
  .tuple(action, anyone)
  .map(([one, by]): Action => ('by' in one ? ({ ...one, by } as Action) : one));

/** So few kinds of steps that changes of a group meet with messages, receipts and each other. */
const inGroups: fc.Arbitrary<Action> = fc.oneof(
  { weight: 8, arbitrary: ofGroups },
  { weight: 4, arbitrary: post },
  { weight: 1, arbitrary: edit },
  { weight: 2, arbitrary: reaction },
  { weight: 3, arbitrary: receipt },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('sync'), by: who }) },
  { weight: 3, arbitrary: stream },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete-account'), by: who }) },
) as fc.Arbitrary<Action>;

const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(GOOD_FATE) },
  {
    weight: 4,
    arbitrary: fc.record({
      faults: fc.array(fc.record({ at: fc.oneof(fc.nat(6), fc.nat(15)), kind: fc.constantFrom(...FAULTS) }), {
        maxLength: 3,
      }),
      landing: flag,
      replyLost: fc.nat(5).map((n) => n === 5),
      skew: fc.constantFrom(0, 0, 0, -40, 40),
    }),
  },
);

const steps = (action: fc.Arbitrary<Action>, maxLength: number): fc.Arbitrary<readonly Step[]> =>
  fc.array(fc.record({ action, fate, turns: fc.array(fc.nat(7), { maxLength: 14, size: 'max' }) }), {
    maxLength,
    size: 'max',
  });

const schedulesOf = (
  steps: fc.Arbitrary<readonly Step[]>,
  people: readonly number[],
): fc.Arbitrary<Schedule> =>
  fc.record({
    people: fc.constantFrom(...people),
    pageBytes: fc.constantFrom(undefined, 24 * 1024),
    resetBehind: fc.constantFrom(undefined, 3, 8),
    steps,
  });

/** Most begin with a group. */
const stepsOfGroups = fc
  .tuple(
    creation as fc.Arbitrary<Action>,
    fc.oneof(
      steps(fc.oneof({ weight: 3, arbitrary: byAnyone }, { weight: 1, arbitrary: ofGroups }), 40),
      steps(inGroups, 40),
    ),
  )
  .map(([action, rest]) => [
    { action, fate: GOOD_FATE, turns: Array.from({ length: 14 }, () => 0) },
    ...rest,
  ]);

export const schedules = schedulesOf(steps(action, 40), [2, 2, 3, 3, 4]);
/** So few users and kinds of steps that changes meet in each of them. */
export const schedulesOfChanges = schedulesOf(steps(change, 40), [2]);
/** Groups of 3 to 8 users, beside their pairs. */
export const schedulesOfGroups = schedulesOf(stepsOfGroups, [3, 3, 4, 4, 5, 6, 8]);
/** Half of them with groups. */
export const everySchedule = fc.oneof(schedules, schedulesOfGroups);

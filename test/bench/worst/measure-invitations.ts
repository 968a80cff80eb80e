import { randomUUID } from 'node:crypto';
import { MAX_MEMBERS, MAX_NUMBERS } from '../../../functions/core/conversations/roster.ts';
import { MAX_INVITATIONS } from '../../../functions/core/invitations/invitation.ts';
import type { Setting } from './measure-sockets.ts';
import { storeRoster, TITLE } from './rosters.ts';
import type { Person, WorstScene } from './scene.ts';

/** An entry of the log of a group. */
interface Entry {
  readonly seq: number;
}

/** With as many invitations as a group can have, after as many people as can have been there. */
export async function measureInvitations({ scene }: Setting) {
  const owner = await scene.person();
  const { access } = owner;
  const body = { kind: 'group', title: TITLE, members: [] };
  const { id } = await scene.answer(201, '/conversations/', { access, body });
  await fillGroup(scene, owner, id as string);
  const path = `/conversations/${id}/invitations/`;
  const create = () => scene.answer(201, path, { access, body: {} });
  for (let i = 1; i < MAX_INVITATIONS; i += 1) await create();
  let made: Record<string, unknown> = {};
  const createInvitation = await scene.count(async () => {
    made = await create();
  });
  const invitations = await scene.count(() => scene.answer(200, path, { access }));
  const open = () => scene.answer(200, '/invitations/preview/', { access, body: { token: made.token } });
  const openInvitation = await scene.count(open);
  const joinGroup = await measureJoin(scene, id as string, made.token as string);
  const revokeInvitation = await scene.count(() =>
    scene.answer(204, `${path}${made.id}/`, { access, method: 'DELETE' }),
  );
  return { invitations, createInvitation, openInvitation, joinGroup, revokeInvitation };
}

/** All members but the last two, and all others who can have been there. To add them one by one would take minutes. */
async function fillGroup(scene: WorstScene, { id: ownerId }: Person, id: string): Promise<void> {
  const others = Array.from({ length: MAX_NUMBERS - 3 }, () => randomUUID());
  const roles = `O${'m'.repeat(MAX_MEMBERS - 2)}`.padEnd(others.length + 1, '-');
  await storeRoster(scene, id, { ids: [ownerId, ...others], roles, strangers: others });
}

/** Somebody has joined, and left, before: a function that starts reads the public keys. */
async function measureJoin(scene: WorstScene, id: string, token: string) {
  const [first, second] = [await scene.person(), await scene.person()];
  const join = ({ access }: Person) => scene.answer(200, '/invitations/join/', { access, body: { token } });
  await join(first);
  const { access } = first;
  await scene.answer(204, `/conversations/${id}/members/${first.id}/`, { access, method: 'DELETE' });
  let seq = 0;
  const shown = async () => {
    const { results } = await scene.answer(200, '/conversations/?limit=5', { access: second.access });
    const entry = (results as { id: string; last_message: Entry }[]).find((one) => one.id === id);
    return entry !== undefined && entry.last_message.seq >= seq;
  };
  return scene.count(
    async () => {
      const { last_message } = await join(second);
      ({ seq } = last_message as Entry);
    },
    { only: ['join', 'message-changes'], waiting: () => scene.until(shown) },
  );
}

import { randomUUID } from 'node:crypto';
import { MAX_PINS } from '../../../functions/core/settings/settings.ts';
import { pinsKey } from '../../../functions/storage/keys.ts';
import { conversationOf } from '../../support/people.ts';
import { storeAll } from '../../support/runtime-table.ts';
import type { Setting } from './measure-sockets.ts';

const EVERYTHING = { muted_until: 'forever', archived: true, unread: true };

/** Ada has set all that can be set, so that her inbox shows it, and pinned as many as can be. */
export async function setEverything({ scene, ada, others }: Pick<Setting, 'scene' | 'ada' | 'others'>) {
  for (const [i, other] of others.entries()) {
    const path = `/conversations/${conversationOf(ada, other)}/settings/`;
    const body = { ...EVERYTHING, ...(i < MAX_PINS && { pinned: true }) };
    await scene.answer(200, path, { access: ada.access, method: 'PATCH', body });
  }
}

/** A full list of pins, none of which is one any more, is looked through. The end of the log has a message of 16 KB. */
export async function measureSettings({ scene, ada, charles, hers }: Setting) {
  const path = `/conversations/${conversationOf(ada, charles)}/settings/`;
  const request = { access: ada.access, method: 'PATCH', body: { ...EVERYTHING, pinned: true } };
  const told = () =>
    hers.heard(
      ({ type, conversation }) => type === 'conversation.settings' && path.includes(String(conversation)),
    );
  const pin = () => Promise.all([scene.answer(200, path, request), told()]);
  const fill = async () => {
    const ids = Array.from({ length: MAX_PINS }, () => conversationOf(ada, { id: randomUUID() }));
    await storeAll(scene.runtime, [{ ...pinsKey(ada.id), ids, version: 1 }]);
  };
  await fill();
  await pin();
  await fill();
  return { changeSettings: await scene.count(pin, { only: ['settings'] }) };
}

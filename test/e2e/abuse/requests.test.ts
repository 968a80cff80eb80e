import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ATTACKS } from './requests.ts';
import { assertTellsNothing, openScene, type Scene, stateOf } from './scene.ts';

let scene: Scene;
let before: unknown;
beforeAll(async () => {
  scene = await openScene();
  before = await stateOf(scene);
});

describe('an attack by a request is refused, and tells nothing', () => {
  it.each(ATTACKS)('$what: $status $code', async ({ send, status, code }) => {
    const reply = await send(scene);
    expect({ status: reply.status, code: reply.body?.code }).toEqual({
      status,
      code: code === '*' ? reply.body?.code : code,
    });
    assertTellsNothing(reply.body);
  });

  afterAll(async () => {
    expect(await stateOf(scene), 'and changes nothing').toEqual(before);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { device, quiet } from '../support/devices.ts';
import { closeSockets, type Socket } from '../support/socket.ts';
import { ATTACKS } from './frames.ts';
import { ATTACKS as REQUESTS } from './requests.ts';
import { assertTellsNothing, openScene, type Scene, stateOf } from './scene.ts';

let scene: Scene;
let before: unknown;
let hers: Socket;
let his: Socket;
beforeAll(async () => {
  scene = await openScene();
  before = await stateOf(scene);
  [hers, his] = await Promise.all([device(scene.url, scene.mallory), device(scene.url, scene.bob)]);
});
afterAll(closeSockets);

describe('an attack by a frame is refused, tells nothing, and leaves the socket open', () => {
  it.each(ATTACKS)('$what: $code', async ({ frame, code }) => {
    hers.send(frame(scene));
    const answer = await hers.next();
    expect(answer).toMatchObject({ type: 'error', code });
    assertTellsNothing(answer);
  });

  afterAll(async () => {
    for (const socket of [hers, his]) await quiet(socket);
    expect(await stateOf(scene), 'and changes nothing').toEqual(before);
  });
});

it('there are more than 200 attacks', () => {
  expect(ATTACKS.length + REQUESTS.length).toBeGreaterThan(200);
});

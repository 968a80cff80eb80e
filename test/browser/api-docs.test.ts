import { expect, test } from 'vitest';
import { stage } from './support/stage.ts';

const { device, person } = stage();

test('the page of the API is read and tried out, without the origin of the web app', async () => {
  const ada = await person('ada');
  const { page, network, faults } = await device({ as: ada });
  await page.goto(`${network.url}/schema/swagger-ui/`);
  const frame = page.frameLocator('iframe');
  await frame.getByRole('heading', { name: 'Parley' }).waitFor();

  // What the frame's scripts can reach of the app.
  const inside = page.frames().find((one) => one !== page.mainFrame());
  const reached = await inside?.evaluate(() => {
    const attempt = (read: () => unknown) => {
      try {
        return String(read());
      } catch (error) {
        return (error as Error).name;
      }
    };
    return [
      self.origin,
      attempt(() => localStorage.length),
      attempt(() => document.cookie),
      attempt(() => parent.document.title),
    ];
  });
  expect(reached).toEqual(['null', 'SecurityError', 'SecurityError', 'SecurityError']);

  faults.expect(/status of 401/);
  // Its requests leave through the page around it, and that page serves nobody else.
  const ask = (url: string) =>
    fetch(url).then(
      ({ status }) => status,
      ({ message }: Error) => message,
    );
  expect(await inside?.evaluate(ask, '/users/me/')).toBe(401);
  expect(await inside?.evaluate(ask, 'https://elsewhere.example/')).toBe('The request is not for this site.');
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.evaluate(() => postMessage({ id: 1, url: `${location.origin}/users/?from=itself` }));
  await inside?.evaluate(() => postMessage({ id: 1, status: 200, headers: [], text: '' }));
  expect(await inside?.evaluate(ask, '/users/?from=frame')).toBe(401);
  expect(asked.filter((url) => url.includes('?from='))).toEqual([`${network.url}/users/?from=frame`]);

  await frame.getByRole('button', { name: 'Authorize' }).click();
  await frame.getByRole('textbox').first().fill(ada.tokens.access);
  await frame
    .getByRole('button', { name: /^Apply/ })
    .first()
    .click();
  await frame.getByRole('button', { name: 'Close' }).click();
  await frame.locator('[id$=getOwnProfile] .opblock-summary-control').click();
  await frame.getByRole('button', { name: 'Try it out' }).click();
  await frame.getByRole('button', { name: 'Execute' }).click();
  await frame.locator('.live-responses-table').getByText(ada.username).first().waitFor();
});

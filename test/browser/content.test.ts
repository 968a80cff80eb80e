import { expect, test } from 'vitest';
import { write } from './support/people.ts';
import { phone, stage } from './support/stage.ts';

const { url, device, person } = stage();

const TEXTS = [
  'x'.repeat(4_000),
  `A word of ${'many'.repeat(50)} letters`,
  'שלום עולם, how are you? مرحبا',
  '👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 e\u0301',
  'One\n\n  Two, indented\n\tThree',
  '<img src=x onerror="document.title=1"><script>document.title = 2</script>',
  '<b>bold</b> &amp; &lt; javascript:alert(1) "quoted" \'single\'',
  '\u202Eright-to-left override, not ended',
  'See https://example.com/a?b=c&d=<e>.',
];

test.each([
  ['wide', undefined],
  ['on a phone', phone],
] as const)('%s, texts are shown unchanged and create no markup', async (_, context) => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  for (const text of TEXTS) await write(url(), charles, ada, text);
  const his = await device({ as: charles, hash: `#/with/${ada.id}` });
  const hers = await device({ as: ada, hash: `#/with/${charles.id}`, ...(context && { context }) });
  await his.isIn(ada);
  await hers.isIn(charles);
  await hers.showsTexts(TEXTS);
  // Then as a user types them.
  for (const text of TEXTS) await hers.say(text);
  for (const each of [hers, his]) await each.showsTexts([...TEXTS, ...TEXTS]);

  const { made, sideways, hidden } = await hers.page.evaluate(() => {
    const { documentElement } = document;
    const log = document.querySelector('[role=log]') as HTMLElement;
    return {
      made: [...document.querySelectorAll('.text *, [role=navigation] :is(img, script, b)')].map(
        ({ outerHTML }) => outerHTML,
      ),
      sideways: Math.max(documentElement.scrollWidth - innerWidth, log.scrollWidth - log.clientWidth),
      hidden: [...document.querySelectorAll('.text')].filter(
        (text) => text.scrollWidth > text.clientWidth + 1,
      ).length,
    };
  });
  const link =
    /^<a href="https:\/\/example\.com\/[^"]*" target="_blank" rel="noopener noreferrer">https:\/\/example\.com\/[^<]*<\/a>$/;
  expect(made.filter((html) => !link.test(html))).toEqual([]);
  expect({ sideways, hidden }).toEqual({ sideways: 0, hidden: 0 });
  expect(await hers.page.title()).toMatch(/Parley$/);
});

test('a link is shown in full, whatever direction controls stand around it', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  const address = 'https://evil.example/moc.elpmaxe.doog//:sptth';
  const texts = [`\u202e${address}`, `\u2067\u202e${address} \u05d0`, `\u05d0\u05d1 ${address} \u05d2`];
  for (const text of texts) await write(url(), charles, ada, text);
  const hers = await device({ as: ada, hash: `#/with/${charles.id}` });
  await hers.showsTexts(texts);
  const places = await hers.page.locator('.text a').evaluateAll((links) =>
    links.map((link) => {
      const letters = link.firstChild as Text;
      return Array.from({ length: 'https://evil.example'.length }, (_, at) => {
        const range = document.createRange();
        range.setStart(letters, at);
        range.setEnd(letters, at + 1);
        return range.getBoundingClientRect().left;
      });
    }),
  );
  expect(places).toHaveLength(texts.length);
  for (const lefts of places) expect(lefts).toEqual(lefts.toSorted((a, b) => a - b));
});

test('long usernames, and usernames that look like HTML, do no harm', async () => {
  const long = await person('charles', { username: `${'c'.repeat(130)}-${Date.now()}` });
  const ada = await person('ada');
  await write(url(), long, ada, 'Hello');
  const own = await device({ as: ada });
  await own.inbox(long.username).click();
  await own.isIn(long);
  const sideways = () =>
    own.page.evaluate(() => [
      document.documentElement.scrollWidth - innerWidth,
      ...[...document.querySelectorAll('aside, main')].map((pane) => pane.scrollWidth - pane.clientWidth),
    ]);
  expect(await sideways()).toEqual([0, 0, 0]);

  await own.page.evaluate(() => location.assign('#/profile'));
  await own.field('First name').fill('<img src=x>');
  await own.field('Last name').fill(`"'><script>`);
  await own.button('Save').click();
  await own.page.getByText('Saved.').waitFor();
  await own.page.reload();
  await expect.poll(() => own.field('First name').inputValue()).toBe('<img src=x>');
  expect(await own.field('Last name').inputValue()).toBe(`"'><script>`);
  expect(await sideways()).toEqual([0, 0, 0]);
});

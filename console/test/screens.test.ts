/** Each screen for those who do not see it, in either language, and where the address says what it shows. */

import { beforeAll, describe, expect, it } from 'vitest';
import { isThere } from '../../scripts/test/needs.ts';
import { Asked } from './support/asked.ts';
import { violationsIn } from './support/axe.ts';
import { DARK, DARK_ON_PHONE, DESKTOP, HALF, LIGHT, LIGHT_AT_HALF, looksOf, PHONE } from './support/looks.ts';
import { DEMO_START, demoValues, goTo, isRead, type Place, placesWith } from './support/places.ts';
import { startedConsole } from './support/suite.ts';

/** Looking at all screens takes longer the more there are. */
const ALL_MS = 180_000;
/** Wider than a phone, and too narrow for a name and its parameters in one line. */
const NARROW = { width: 700, height: 800 };
const LOOKS = looksOf(DARK_ON_PHONE, LIGHT, DARK, LIGHT_AT_HALF);

describe.skipIf(!isThere('browser'))('the screens of the console', () => {
  const host = startedConsole(DEMO_START);
  let key: string;
  let places: Place[];

  beforeAll(async () => {
    const values = await demoValues(host);
    key = values.cacheKey ?? '';
    places = placesWith(values);
  });

  it.each(LOOKS)('have no fault that axe finds: %s', { timeout: ALL_MS }, async (_, options) => {
    const page = await host.open('', options);
    await page.getByLabel('Token').waitFor();
    expect(await violationsIn(page)).toEqual([]);
    const signedIn = await host.signedIn('', options);
    for (const path of [
      ...places.map((place) => place.path),
      '/caches?resource=nothing-of-that-name',
      '/caches?parameters=nonsense',
      `/caches/${'0'.repeat(64)}`,
      '/nowhere',
    ]) {
      await goTo(signedIn, path);
      await isRead(signedIn);
      if (path === `/caches/${key}`) {
        await signedIn.getByRole('button', { name: 'Show the first rows' }).click();
        await signedIn.getByRole('cell').first().waitFor();
      }
      expect([path, await violationsIn(signedIn)]).toEqual([path, []]);
    }
    await goTo(signedIn, '/caches?resource=cars');
    await signedIn.getByRole('button', { name: 'Purge…' }).click();
    await signedIn.getByText('1 cache with data matches.').waitFor();
    expect(await violationsIn(signedIn)).toEqual([]);
  });

  it('say what is wrong with a filter, whole, with what the log has it by, for as long as it stands there', async () => {
    const page = await host.open('/caches?parameters=nonsense');
    // The page must set its timers by this clock, so it is loaded again.
    await page.clock.install();
    await page.reload();
    await host.enter(page);
    const problem = page.locator('.problem');
    await problem.waitFor();
    expect(await problem.textContent()).toMatch(/invalid-parameters.*Request [\w-]{8,}/s);
    const said = await problem.textContent();
    await page.clock.runFor(30 * 60_000);
    expect(await problem.textContent()).toBe(said);
  });

  it('speak the other language as soon as it is chosen, and at the next visit', async () => {
    const page = await host.signedIn('/caches');
    await page.getByLabel('Language').selectOption('ru');
    await page.getByRole('heading', { name: 'Кэши' }).waitFor();
    await page.getByRole('columnheader', { name: 'Версия' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('ru');
    await page.reload();
    await page.getByLabel('Токен').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('ru');
  });

  it('leave none of their texts in English where Russian is chosen', async () => {
    const page = await host.signedIn('');
    await page.getByLabel('Language').selectOption('ru');
    for (const { path, isNamed } of places) {
      await goTo(page, path);
      await isRead(page);
      // What others named keeps its name.
      const heading = isNamed ? '' : 'h1, ';
      const own = 'h2, h3, th:not(details th, .cells th), dt, label, legend, summary, button, nav a, .empty';
      const words = await page
        .locator(heading + own)
        // Members of the API have their names in every language: they stand in `code`.
        .evaluateAll((all) =>
          all.map(({ firstChild: first }) => (first?.nodeName === 'CODE' ? '' : (first?.textContent ?? '').trim())),
        );
      const foreign = words.filter((word) => /\p{L}{3}/u.test(word) && !/\p{Script=Cyrillic}/u.test(word));
      expect([path, foreign.filter((word) => !TERMS.has(word))]).toEqual([path, []]);
      expect(await page.title()).toMatch(/ · Freshet$/);
    }
  });

  it('show their times in UTC on hover', async () => {
    const page = await host.signedIn(`/caches/${key}`);
    await page.getByRole('heading', { name: 'Tasks' }).waitFor();
    expect(await page.locator('time').first().getAttribute('title')).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/m);
  });

  it('keep filters and order in the address: back, forward and a new visit restore them', async () => {
    const page = await host.signedIn('/caches');
    await page.getByLabel('Resource').fill('countries');
    await page.getByRole('button', { name: 'Apply' }).click();
    const titles = () => page.locator('tbody tr td:first-child').allTextContents();
    await expect.poll(async () => (await titles()).length).toBe(2);
    const sizes = () => page.locator('tbody tr td:nth-child(5)').allTextContents();
    await page.getByRole('button', { name: 'Rows' }).click();
    await expect.poll(sizes).toEqual(['52', '253']);
    await page.getByRole('button', { name: 'Rows' }).click();
    await expect.poll(sizes).toEqual(['253', '52']);
    expect(new URL(page.url()).search).toBe('?resource=countries&sort=-rows');
    await page.goBack();
    await expect.poll(sizes).toEqual(['52', '253']);
    await page.goBack();
    await page.goBack();
    await expect.poll(async () => (await titles()).length).toBeGreaterThan(2);
    expect(await page.getByLabel('Resource').inputValue()).toBe('');
    await page.goForward();
    await expect.poll(() => page.getByLabel('Resource').inputValue()).toBe('countries');

    await page.goto(`${host.service.url}/console/caches?resource=countries&sort=-rows`);
    await host.enter(page);
    await expect.poll(sizes).toEqual(['253', '52']);
  });

  it('are come to by the navigation, and left again by going back, each with its name and its heading in focus', async () => {
    const page = await host.signedIn('');
    const links = page.getByRole('navigation').getByRole('link');
    const heading = page.getByRole('heading', { level: 1 });
    const focused = () => page.evaluate(() => document.activeElement?.tagName);
    const names: string[] = [];
    for (let at = 0; at < (await links.count()); at++) {
      await links.nth(at).click();
      await isRead(page);
      const name = (await heading.textContent()) ?? '';
      if (at > 0) await expect.poll(focused).toBe('H1');
      expect(await page.title()).toBe(`${name} · Freshet`);
      expect(await page.locator('nav [aria-current=page]').textContent()).toBe(await links.nth(at).textContent());
      names.push(name);
    }
    expect(new Set(names).size).toBe(names.length);
    for (const name of names.toReversed().slice(1)) {
      await page.goBack();
      await expect.poll(() => heading.textContent()).toBe(name);
    }
    await page.goForward();
    await expect.poll(() => heading.textContent()).toBe(names[1]);
  });

  it.each([
    ['a desktop', DESKTOP],
    ['a desktop at 200 %', HALF],
    ['a phone', PHONE],
  ])(
    'have a header whose focus continues as it is read: line by line, from left to right, on %s',
    async (_, viewport) => {
      const page = await host.signedIn('', { viewport });
      const header = page.locator('header.bar');
      const boxes = await header.locator('a, input, select, button').evaluateAll((all) =>
        all.map((element) => {
          const { left, top, bottom } = element.getBoundingClientRect();
          return { name: element.textContent, left, top, bottom };
        }),
      );
      expect(boxes.length).toBeGreaterThan(10);
      for (const [at, box] of boxes.entries()) {
        const before = boxes[at - 1];
        if (before === undefined) continue;
        const isOnward = box.top >= before.bottom || (box.bottom > before.top && box.left > before.left);
        expect([before.name, box.name, isOnward]).toEqual([before.name, box.name, true]);
      }
      expect(await header.locator('[tabindex]').count()).toBe(0);
    },
  );

  it('begin parameters below the name where there is no room beside it, and not further in', async () => {
    const page = await host.signedIn('/caches', { viewport: NARROW });
    await isRead(page);
    const links = page.locator('a:has(> .parameters)');
    const places = await links.evaluateAll((all) =>
      all.map((link) => {
        const [name = 0, value = 0] = [link, link.lastElementChild].map((one) => one?.getClientRects()[0]?.left);
        const [above = 0, below = 0] = [link, link.lastElementChild].map((one) => one?.getClientRects()[0]?.bottom);
        return { isBelow: below > above, further: value - name };
      }),
    );
    const wrapped = places.filter(({ isBelow }) => isBelow);
    expect(wrapped.length).toBeGreaterThan(0);
    expect(wrapped.map(({ further }) => further)).toEqual(wrapped.map(() => 0));
  });

  it('let nothing move where somebody wants less of that', async () => {
    const page = await host.signedIn('', { reducedMotion: 'reduce' });
    const moving = () =>
      page
        .locator('*')
        .evaluateAll(
          (all) => all.filter((element) => parseFloat(getComputedStyle(element).transitionDuration) > 0).length,
        );
    for (const { path } of places) {
      await goTo(page, path);
      await isRead(page);
      expect([path, await moving(), await page.evaluate(() => document.getAnimations().length)]).toEqual([path, 0, 0]);
    }
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    expect(await moving()).toBeGreaterThan(0);
  });

  it('ask at most six times a minute while nothing runs, for nothing while nobody sees them', async () => {
    const page = await host.open('');
    // The page must set its timers by this clock, so it is loaded again.
    await page.clock.install();
    await page.reload();
    const asked = new Asked(page);
    await host.enter(page);
    for (const { path } of places) {
      await goTo(page, path);
      await isRead(page);
      await asked.settled();
      const before = asked.urls.length;
      await page.clock.runFor(10 * 60_000);
      await asked.settled();
      expect([path, asked.urls.length - before <= 60]).toEqual([path, true]);
      await page.evaluate(() => Object.defineProperty(document, 'hidden', { value: true, configurable: true }));
      const seen = asked.urls.length;
      await page.clock.runFor(10 * 60_000);
      expect([path, asked.urls.slice(seen)]).toEqual([path, []]);
      await page.evaluate(() => Object.defineProperty(document, 'hidden', { value: false, configurable: true }));
    }
  });
});

/** Words that both languages have. */
const TERMS: ReadonlySet<string> = new Set(['English', 'ETag', 'Freshet', 'JSON', 'URL']);

/** A token that is over, and somebody who presses every button of every screen: nothing is sent. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isThere } from '../../scripts/test/needs.ts';
import { Asked } from './support/asked.ts';
import type { ConsoleHost } from './support/console.ts';
import { ALL_LOOKS } from './support/looks.ts';
import { isRead } from './support/places.ts';
import { hostWithAll, pressAll, walk } from './support/walk.ts';

const TWO_HOURS = 7_200_000;
/** Screens with actions of every kind: a table's, a form's, dialogs. `npm run test:all` goes to each screen that there is. */
const FEW = ['/console/caches?resource=cars', '/console/webhooks/erp'];

describe.skipIf(!isThere('browser'))('with a token that is over the console', () => {
  let host: ConsoleHost;
  let starts: readonly string[];

  beforeAll(async () => {
    ({ host, starts } = await hostWithAll());
  });
  afterAll(async () => {
    expect(host?.complaints).toEqual([]);
    await host?.stop();
  });

  it('asks for another one at each action of each screen, and sends nothing', { timeout: 600_000 }, async () => {
    const places = ALL_LOOKS ? await walk(await host.signedIn(''), starts, async () => undefined) : FEW;
    if (ALL_LOOKS) expect(places).toEqual(expect.arrayContaining([...starts]));
    const asking: string[] = [];
    for (const place of places) {
      const profile = await host.profile();
      // Two hours ago by a clock that is then set right: the token was good for one.
      await profile.clock.install({ time: Date.now() - TWO_HOURS });
      const page = await host.openIn(profile, place.slice('/console'.length));
      await host.enter(page);
      await isRead(page);
      await profile.clock.fastForward(TWO_HOURS);
      await page.getByRole('button', { name: 'Sign in again' }).waitFor();
      const asked = new Asked(page);
      await pressAll(page, { but: 'Sign in again' });
      if ((await page.getByRole('dialog', { name: 'Sign in again', includeHidden: true }).count()) > 0)
        asking.push(place);
      expect([place, asked.ofApi]).toEqual([place, []]);
      await profile.close();
    }
    expect(asking).toEqual(expect.arrayContaining([...FEW]));
  });
});

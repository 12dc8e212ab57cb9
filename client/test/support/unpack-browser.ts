/** Before the tests in a browser: unpacks it, so that no test's time ends while it does. */

import { findChromium, hasChromium } from '../../../scripts/browser/executable.ts';

export default async function setup(): Promise<void> {
  if (hasChromium()) await findChromium();
}

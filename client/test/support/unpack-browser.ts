/** Unpacks the browser before the tests, so that no test times out meanwhile. */

import { findChromium, hasChromium } from '../../../scripts/browser/executable.ts';

export default async function setup(): Promise<void> {
  if (hasChromium()) await findChromium();
}

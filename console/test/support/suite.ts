/** What the tests of a `describe` share: started before the first one, stopped after the last. */

import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { StartOptions } from '../../../test/e2e/support/service.ts';
import { ConsoleHost } from './console.ts';
import { TestOrigin } from './failing-origin.ts';

/** A service with nothing in it, which takes as many requests as come. */
export const BARE: StartOptions = { env: { DEMO: '0', RATE_LIMITS: 'off' } };

/** The console of a service of its own, whose pages do nothing that they should not. */
export function startedConsole(options: StartOptions = BARE): ConsoleHost {
  const host = new ConsoleHost();
  beforeAll(() => host.begin(options));
  afterEach(() => host.closeProfiles());
  afterAll(async () => {
    await host.stop();
    expect(host.complaints).toEqual([]);
  });
  return host;
}

/** An origin that its resources ask. */
export function startedOrigin(): TestOrigin {
  const origin = new TestOrigin();
  beforeAll(() => origin.begin());
  afterAll(() => origin.stop());
  return origin;
}

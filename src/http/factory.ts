/** The factory of all apps and middleware, and the variables of a request. */

import { createFactory } from 'hono/factory';
import type { Identity } from '../contract/identity.ts';
import type { Services } from '../flows/services.ts';
import type { Probes } from '../flows/upkeep/check-health.ts';

/**
 * Bindings of the Worker, and variables of a request. Read them by `c.get(…)`: `c.var` creates a new object on each
 * access.
 */
export interface AppEnv {
  Bindings: Env;
  Variables: {
    requestId: string;
    services: Services;
    /** Store checks for the health answer. */
    probes: Probes;
    /** Methods of the path, as in `Allow`; set by `methods` (methods.ts). */
    allow: string;
    /** The caller's identity; set by `protect` (identity.ts), absent on open routes. */
    identity: Identity;
    /**
     * Device of the request: `X-Device-Id`, otherwise the token's `device_id`; null if neither names one. Set by
     * `protect`.
     */
    device: string | null;
  };
}

/**
 * `strict: false`: a path that is registered without a trailing slash also matches with one. In the Worker the
 * descriptions are undefined (no-describe.ts), so they are left out as handlers.
 */
export const factory = createFactory<AppEnv>({
  defaultAppOptions: { strict: false },
  initApp: (app) => {
    for (const method of ['get', 'put', 'post', 'delete'] as const) {
      const add = app[method] as (path: string, ...handlers: unknown[]) => unknown;
      Reflect.set(app, method, (path: string, ...handlers: unknown[]) => add(path, ...handlers.filter(Boolean)));
    }
  },
});

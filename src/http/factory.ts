/** The one factory from which all apps and middleware come, and what a request carries. */

import { createFactory } from 'hono/factory';
import type { Identity } from '../contract/identity.ts';
import type { Services } from '../flows/services.ts';
import type { Probes } from '../flows/upkeep/check-health.ts';

/** Bindings of the Worker and variables of a request, read by `c.get(…)`: `c.var` makes a new object each time. */
export interface AppEnv {
  Bindings: Env;
  Variables: {
    requestId: string;
    services: Services;
    /** Checks of the stores, for health. */
    probes: Probes;
    /** Methods of the path, as in `Allow`; set by `methods` (methods.ts). */
    allow: string;
    /** Who asks; set by `protect` (identity.ts), absent on open routes. */
    identity: Identity;
    /** Device of the request: `X-Device-Id`, else the token's `device_id`; null: none named. Set by `protect`. */
    device: string | null;
  };
}

/**
 * `strict: false`: a path registered without its trailing slash answers with it as well. Descriptions are no handlers in the Worker, where they are
 * nothing (no-describe.ts).
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

/** The HTTP side: the middleware in its order, the sub-apps, and the answer to unknown paths. */

import { API_BASE } from './contract/constants.ts';
import { Problem } from './contract/problem.ts';
import { crossOrigin, isPreflight } from './http/cross-origin.ts';
import { everyRequest } from './http/every-request.ts';
import { factory } from './http/factory.ts';
import { misconfigured } from './http/misconfigured.ts';
import { renderError } from './http/problems.ts';
import { actions } from './http/routes/actions.ts';
import { cacheHistory } from './http/routes/cache-history.ts';
import { caches } from './http/routes/caches.ts';
import { catalog } from './http/routes/catalog.ts';
import { consolePages } from './http/routes/console.ts';
import { devices } from './http/routes/devices.ts';
import { docs } from './http/routes/docs.ts';
import { live } from './http/routes/live.ts';
import { openapi } from './http/routes/openapi.ts';
import { probe } from './http/routes/probe.ts';
import { refresh } from './http/routes/refresh.ts';
import { resourceStats } from './http/routes/resource-stats.ts';
import { resources } from './http/routes/resources.ts';
import { revoke } from './http/routes/revoke.ts';
import { rpc } from './http/routes/rpc.ts';
import { service } from './http/routes/service.ts';
import { sources } from './http/routes/sources.ts';
import { stats } from './http/routes/stats.ts';
import { sync } from './http/routes/sync.ts';
import { syncRecords } from './http/routes/sync-records.ts';
import { syncs } from './http/routes/syncs.ts';
import { taskState } from './http/routes/task-state.ts';
import { webhooks } from './http/routes/webhooks.ts';
import { whoami } from './http/routes/whoami.ts';
import { makeProbes, makeServices, metricsOf } from './services.ts';
import { edgeCache } from './stores/edge-cache.ts';

/** The sub-apps under `/api/v1`, one for each kind of resource. */
const api = factory.createApp();
api.route('/', syncRecords);
api.route('/', refresh);
api.route('/', taskState);
api.route('/', revoke);
api.route('/', rpc);
api.route('/', sync);
api.route('/', live);
api.route('/', catalog);
api.route('/', resources);
api.route('/', sources);
api.route('/', probe);
api.route('/', resourceStats);
api.route('/', caches);
api.route('/', cacheHistory);
api.route('/', syncs);
api.route('/', devices);
api.route('/', webhooks);
api.route('/', actions);
api.route('/', stats);
api.route('/', whoami);

/** The app that the Worker's `fetch` calls. */
export const app = factory.createApp();
app.use(everyRequest(metricsOf));
app.use('/healthz', async (c, next) => {
  const keyContext = {
    edge: edgeCache(c.req.url),
    waitUntil: (work: Promise<unknown>) => c.executionCtx.waitUntil(work),
  };
  c.set('probes', { ...makeProbes(c.env, c.req.url), misconfigured: () => misconfigured(c.env, keyContext) });
  await next();
});
app.use(`${API_BASE}/*`, async (c, next) => {
  c.set(
    'services',
    makeServices(c.env, (work) => c.executionCtx.waitUntil(work), { url: c.req.url, requestId: c.get('requestId') }),
  );
  await next();
});
app.route('/', service);
app.route('/', docs);
app.route('/', consolePages);
app.route(API_BASE, api);
app.route(API_BASE, openapi);
// A web page sees a 404 only when its preflight is answered.
app.use((c, next) => (isPreflight(c) ? crossOrigin(c, next) : next()));
// Returned, not thrown: a thrown problem would skip the code after `next()` of the last middleware.
app.notFound((c) => renderError(new Problem('not-found', `Nothing is served at ${c.req.path}. See /docs.`), c));
app.onError(renderError);

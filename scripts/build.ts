/** What wrangler runs before it bundles the Worker (wrangler.toml, `[build]`). */

import { preparedService } from './lib/prepared-service.ts';

// Imported only if needed: services of the tests start on assets that are built already.
if (preparedService() === null) {
  const { buildAssets } = await import('./lib/build-assets.ts');
  await buildAssets();
}

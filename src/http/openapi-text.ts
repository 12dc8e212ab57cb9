/** The OpenAPI text of the whole API, from the static assets (built by scripts/build.ts). */

import { OPENAPI_ASSET, readAsset } from './assets.ts';

/** Read once per isolate: a deploy replaces Worker and assets together. */
let text: Readonly<Record<string, unknown>> | undefined;

/**
 * Returns the text as a value that must not be changed.
 *
 * @param requestUrl URL of the request; its origin becomes the server of the text, so that a saved copy leads to the
 * same service
 * @throws Error if the build has not made the text
 */
export async function openApiText(assets: Fetcher, requestUrl: string): Promise<Readonly<Record<string, unknown>>> {
  text ??= await (await readAsset(assets, OPENAPI_ASSET)).json<Record<string, unknown>>();
  const servers = [{ url: new URL(requestUrl).origin, description: 'The service that served this document' }];
  return { ...text, servers };
}

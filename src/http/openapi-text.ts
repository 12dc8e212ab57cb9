/** The OpenAPI text of the whole API, from the static assets (scripts/build.ts makes it). */

import { OPENAPI_ASSET, readAsset } from './assets.ts';

/** Read once an isolate: a deploy changes Worker and assets together. */
let text: Readonly<Record<string, unknown>> | undefined;

/**
 * The text, as a value that nobody changes.
 *
 * @param requestUrl of the request for it: what is saved or given to a generator leads to the same service
 * @throws Error when the build has not made it
 */
export async function openApiText(assets: Fetcher, requestUrl: string): Promise<Readonly<Record<string, unknown>>> {
  text ??= await (await readAsset(assets, OPENAPI_ASSET)).json<Record<string, unknown>>();
  const servers = [{ url: new URL(requestUrl).origin, description: 'The service that served this document' }];
  return { ...text, servers };
}

/** Static assets that the Worker reads, so that they do not count towards its size (scripts/lib/build-assets.ts makes them). */

/** Path of the OpenAPI text (scripts/openapi/). */
export const OPENAPI_ASSET = 'openapi.json';

/** Returns the answer with an asset. @throws Error if the build has not made it */
export async function readAsset(assets: Fetcher, path: string): Promise<Response> {
  // The binding looks at the path only; the host has no meaning.
  const response = await assets.fetch(`https://assets.internal/${path}`);
  if (!response.ok) throw new Error(`no asset ${path}: ${response.status}`);
  return response;
}

/** The OpenAPI text of the whole API. Read once per isolate: a deploy replaces Worker and assets together. */
let text: Readonly<Record<string, unknown>> | undefined;

/**
 * Returns the OpenAPI text as a value that must not be changed.
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

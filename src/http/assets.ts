/** Static assets, read by the Worker for what must not count to its size (scripts/build.ts makes them). */

/** Path of the OpenAPI text (scripts/openapi/). */
export const OPENAPI_ASSET = 'openapi.json';

/** The answer with an asset. @throws Error when the build has not made it */
export async function readAsset(assets: Fetcher, path: string): Promise<Response> {
  // The binding knows paths only; the host is nobody's.
  const response = await assets.fetch(`https://assets.internal/${path}`);
  if (!response.ok) throw new Error(`no asset ${path}: ${response.status}`);
  return response;
}

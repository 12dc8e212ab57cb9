/** Static assets that the Worker reads so that they do not count towards its size (built by scripts/build.ts). */

/** Path of the OpenAPI text (scripts/openapi/). */
export const OPENAPI_ASSET = 'openapi.json';

/** Returns the answer with an asset. @throws Error if the build has not made it */
export async function readAsset(assets: Fetcher, path: string): Promise<Response> {
  // The binding looks at the path only; the host has no meaning.
  const response = await assets.fetch(`https://assets.internal/${path}`);
  if (!response.ok) throw new Error(`no asset ${path}: ${response.status}`);
  return response;
}

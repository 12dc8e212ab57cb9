/** The OpenAPI 3.1 text, generated from the routes and the schemas that check them (CONTRACT 5), by the build. */

import { API_BASE } from '../../contract/constants.ts';
import { readAsset } from '../assets.ts';
import { factory } from '../factory.ts';
import { methods } from '../methods.ts';
import { OPENAPI_ASSET } from '../openapi-head.ts';
import { replyJson } from '../reply.ts';

/** Where the text is served. */
export const OPENAPI_PATH = `${API_BASE}/openapi.json`;

/** Read once an isolate: a deploy changes Worker and assets together. */
let text: object | undefined;

export const openapi = factory.createApp();

openapi.use('/openapi.json', methods('GET', 'HEAD', 'OPTIONS'));
openapi.get('/openapi.json', async (c) => {
  text ??= await (await readAsset(c.env.ASSETS, OPENAPI_ASSET)).json();
  // As an address of its own: what is saved or given to a generator leads here, too.
  const servers = [{ url: new URL(c.req.url).origin, description: 'The service that served this document' }];
  return replyJson(c, { ...text, servers });
});

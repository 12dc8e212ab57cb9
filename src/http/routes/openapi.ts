/**
 * The OpenAPI 3.1 text, which the build generates from the routes and from the schemas that check them (CONTRACT 5).
 */

import { API_BASE } from '../../contract/constants.ts';
import { openApiText } from '../assets.ts';
import { factory } from '../factory.ts';
import { methods } from '../methods.ts';
import { replyJson } from '../reply.ts';

/** Path of the text. */
export const OPENAPI_PATH = `${API_BASE}/openapi.json`;

export const openapi = factory.createApp();

openapi.use('/openapi.json', methods('GET', 'HEAD', 'OPTIONS'));
openapi.get('/openapi.json', async (c) => replyJson(c, await openApiText(c.env.ASSETS, c.req.url)));

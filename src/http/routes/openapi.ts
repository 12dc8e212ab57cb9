/** The OpenAPI 3.1 text, generated from the routes and the schemas that check them (CONTRACT 5). */

import type { Hono } from 'hono';
import { generateSpecs } from 'hono-openapi';
import { API_BASE } from '../../contract/constants.ts';
import { type AppEnv, factory } from '../factory.ts';
import { methods } from '../methods.ts';
import { replyJson } from '../reply.ts';

const DOCUMENTATION = {
  openapi: '3.1.0',
  info: {
    title: 'Freshet',
    version: '1',
    description:
      'Keeps the data of slow enterprise systems fresh in versioned caches at the edge, and tells each device what it holds and what it lacks.',
  },
  components: {
    securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
  },
} as const;

/** Serves the text of all routes of `app`. */
export function openapi(app: Hono<AppEnv>) {
  const routes = factory.createApp();
  /** Made once an isolate: routes do not change. */
  let text: unknown;
  routes.use('/openapi.json', methods('GET', 'HEAD', 'OPTIONS'));
  routes.get('/openapi.json', async (c) => {
    text ??= await generateSpecs(app, { documentation: structuredClone(DOCUMENTATION) });
    return replyJson(c, text);
  });
  return routes;
}

export const OPENAPI_PATH = `${API_BASE}/openapi.json`;

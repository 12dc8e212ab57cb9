/**
 * Replaces hono-openapi in the Worker (wrangler.toml, `[alias]`). The Worker needs only the check of queries, not the
 * generators, which are a tenth of the bundle: the build makes the OpenAPI text (scripts/lib/build-assets.ts). no-describe.ts
 * removes the descriptions of routes.
 */

import { sValidator } from '@hono/standard-validator';

/** Checks a part of the request by a schema. */
export const validator = sValidator;

/**
 * Stands for hono-openapi in the Worker (wrangler.toml, `[alias]`), which needs of it only that queries are checked, and not the generators, a tenth of the
 * bundle: the build has made the OpenAPI text (scripts/build.ts). What routes say for it, no-describe.ts leaves out.
 */

import { sValidator } from '@hono/standard-validator';

/** Checks a part of the request by a schema. */
export const validator = sValidator;

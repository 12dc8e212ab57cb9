/**
 * Stands for hono-openapi in the Worker (wrangler.toml, `[alias]`): the build has made the OpenAPI text (scripts/build.ts), so
 * the Worker needs of it only that queries are checked, and not the generators, a tenth of the bundle.
 */

import { sValidator } from '@hono/standard-validator';
import { factory } from './factory.ts';

/** Checks a part of the request by a schema. */
export const validator = sValidator;

const nothing = factory.createMiddleware((_c, next) => next());

/** A description says nothing to a request. */
export function describeRoute() {
  return nothing;
}

/** A schema of a description, which nobody reads here. */
export function resolver(): object {
  return {};
}

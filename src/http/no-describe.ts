/**
 * Replaces describe.ts and describe-read.ts in the Worker (package.json, `imports`). The build makes the OpenAPI text
 * (scripts/lib/build-assets.ts), so the Worker does not need the descriptions of routes: esbuild drops the arguments of an empty
 * function.
 */

/** Returns no handler; apps leave undefined handlers out (factory.ts). */
export function describe(): void {}
export function describeRead(): void {}

export function pageOf(): void {}
export function arrayOf(): void {}
export function oneOf(): void {}
export function headerParameter(): void {}
export function pathParameter(): void {}

export const TEXT = undefined;
export const NOT_MODIFIED = undefined;
export const PREFER_TASK = undefined;
export const RESOURCE_TITLE = undefined;
export const CACHE_KEY = undefined;
export const RESOURCE_PARAMETERS = undefined;

/**
 * Stands for describe.ts and describe-read.ts in the Worker (package.json, `imports`): the build has made the OpenAPI text (scripts/build.ts), so what routes
 * say for it is not uploaded: esbuild drops the arguments of an empty function.
 */

/** No handler: apps leave it out (factory.ts). */
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

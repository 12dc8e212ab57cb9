/** What an app imports. */

export type * from './api.ts';
export type { ErrorCode, Fault, Problem, ProblemCode } from './error.ts';
export { FreshetError } from './error.ts';
export type { Store, StoreHandle } from './store/store.ts';

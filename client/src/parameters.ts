/** The parameters of a cache. */

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
/** The parameters of a cache, as its resource declares them. */
export type Parameters = { readonly [name: string]: Json };

/** The OpenAPI text: its head, and where the build puts it (scripts/openapi/). The rest comes from the routes. */

/** Path of the text among the static assets. */
export const OPENAPI_ASSET = 'openapi.json';

/**
 * Stands for zod in the bundle (wrangler.toml, `[alias]`): hono-openapi's helper imports it when it is installed, which
 * packages for development see to, and it would treble the Worker. Our schemas are valibot's.
 */
export {};

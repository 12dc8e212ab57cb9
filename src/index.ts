/** Worker entry. */
export { CacheObject } from './object/cache-object.ts';

export default {
  fetch: () => new Response('not found', { status: 404 }),
} satisfies ExportedHandler<Env>;

/** What a blob was read as (contract/stores.ts), brought into one form. */

import type { BlobContent } from '../contract/stores.ts';

/** All bytes of it: those in memory as they are, for all their readers the same and not to be changed. */
export async function readWhole(content: BlobContent): Promise<Uint8Array<ArrayBuffer>> {
  return content instanceof Uint8Array ? content : new Uint8Array(await new Response(content).arrayBuffer());
}

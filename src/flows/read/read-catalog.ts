/** The resources that a reader may read (CONTRACT 3 "Catalog"). Those that are closed to the reader are not listed. */

import type { CatalogEntry } from '../../contract/catalog.ts';
import type { Reader } from '../../contract/identity.ts';
import { isDefined } from '../../contract/resource.ts';
import { groupsOf, isOpenTo } from '../../core/access.ts';
import { catalogEntry } from '../../core/catalog.ts';
import type { Resources } from '../../ports/stores.ts';

/** Returns a page in order of title; `next` is the title to continue after, the last one on the page. */
export async function readCatalog(
  resources: Pick<Resources, 'list'>,
  reader: Reader,
  after: string | null,
  limit: number,
): Promise<{ entries: CatalogEntry[]; next: string | null }> {
  const page = await resources.list(after, limit, { groups: groupsOf(reader) });
  const open = page.resources.filter(isDefined).filter((resource) => isOpenTo(resource, reader));
  return { entries: open.map(catalogEntry), next: page.next };
}

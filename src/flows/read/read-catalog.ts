/** What a reader may read (CONTRACT 3 "Catalog"): what is closed to them is not there. */

import type { CatalogEntry } from '../../contract/catalog.ts';
import type { Reader } from '../../contract/identity.ts';
import { isDefined } from '../../contract/resource.ts';
import { catalogEntry } from '../../core/catalog.ts';
import { groupsOf, isOpenTo } from '../../core/resource-access.ts';
import type { Resources } from '../../ports/stores.ts';

/** A page in order of title; `next` is the title to go on after, one that is on the page. */
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

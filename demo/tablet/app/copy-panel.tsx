/** Facts about the copy on the screen: its version, its age, and its last change. */

import type { Parameters } from '@freshet/client';
import { useCache } from '@freshet/client/react';
import { useLastChange, useNow } from './hooks.ts';
import type { Listing } from './listings.ts';
import { Fact, Facts, Panel } from './panel.tsx';
import { ago, count } from './words.ts';

export function CopyPanel({ listing, parameters }: { listing: Listing; parameters: Parameters }) {
  const { version, etag, tables, status } = useCache(listing.title, parameters);
  const change = useLastChange(listing, parameters);
  const now = useNow();
  const { checkedAt, loadedAt, expiresAt } = status;
  const size = tables[listing.table]?.size;
  return (
    <Panel title="This copy">
      <Facts>
        <Fact name="Version">{version === null ? 'none yet' : `v${version}`}</Fact>
        <Fact name="ETag">{etag === null ? '–' : <code>{etag}</code>}</Fact>
        <Fact name="Rows">{size === undefined ? '–' : count(size, listing.nouns)}</Fact>
        <Fact name="Last change">
          {change === null ? (
            'none since you opened this page'
          ) : (
            <>
              {change.isWhole ? 'whole table' : `+${change.came} −${change.went}`}, {ago(change.at, now)}
            </>
          )}
        </Fact>
        <Fact name="Checked">{checkedAt === null ? '–' : ago(checkedAt, now)}</Fact>
        <Fact name="From the ERP">{loadedAt === null ? '–' : ago(loadedAt, now)}</Fact>
        <Fact name="Fresh">{expiresAt === null ? '–' : expiresAt > now ? 'yes' : 'no: due to be loaded again'}</Fact>
      </Facts>
    </Panel>
  );
}

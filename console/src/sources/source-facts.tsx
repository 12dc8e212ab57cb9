import type { Schema } from '../api/paths.ts';
import { common } from '../texts/common.ts';
import { number } from '../texts/format.ts';
import { sourcesTexts } from '../texts/sources.ts';
import { Facts } from '../ui/facts.tsx';

type Source = Schema<'Source'>;

/** Where a source is: its address, or the binding of its database. */
export function placeOf({ url, database }: Source): string {
  return url ?? database ?? '';
}

/** How the service authenticates at the source, by the API's names. */
export function waysIn({ auth }: Source): string {
  return Object.keys(auth ?? {}).join(', ');
}

/** How often the source may be asked; empty: its definition sets no limit. */
export function paceOf({ rate }: Source): string {
  return rate === undefined ? '' : sourcesTexts().pace(rate.requests, rate.per_s);
}

/** The definition of a source. */
export function SourceFacts({ source }: { source: Source }) {
  const t = sourcesTexts();
  const none = common().none;
  const { via, headers, concurrency } = source;
  const names = Object.keys(headers);
  return (
    <Facts
      of={[
        [t.address, <code key="address">{placeOf(source)}</code>],
        [t.via, via === undefined ? t.internet : <code key="via">{via}</code>],
        [t.waysIn, waysIn(source) === '' ? none : <code key="ways">{waysIn(source)}</code>],
        [t.headers, names.length === 0 ? none : <code key="headers">{names.join(', ')}</code>],
        [t.concurrency, concurrency === undefined ? t.unlimited : number(concurrency)],
        [t.rate, paceOf(source) || t.unlimited],
      ]}
    />
  );
}

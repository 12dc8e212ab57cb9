import type { Schema } from '../api/paths.ts';
import { useQuery } from '../api/use-query.ts';
import { number } from '../texts/format.ts';
import { sourcesTexts } from '../texts/sources.ts';
import { Facts } from '../ui/facts.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Time } from '../ui/time.tsx';

type Source = Schema<'Source'>;

/** The state of a source's limits; polled while loads run or none is admitted. */
export function SourceState({ name }: { name: string }) {
  const t = sourcesTexts();
  const values = { path: { name }, query: { expand: 'state' as const } };
  const source = useQuery('/sources/{name}/', values, ({ state }) => isBusy(state));
  return (
    <section class="stack" aria-label={t.limits}>
      <h2>{t.limits}</h2>
      <Loaded query={source}>{({ state, concurrency }) => state && <Shown {...{ state, concurrency }} />}</Loaded>
    </section>
  );
}

function isBusy(state: Source['state']): boolean {
  return state !== undefined && (state.permits > 0 || state.closed_until !== null);
}

interface Limits {
  state: NonNullable<Source['state']>;
  concurrency: number | undefined;
}

function Shown({ state, concurrency }: Limits) {
  const t = sourcesTexts();
  const { permits, closed_until: closedUntil, closed_by: closedBy, token_until: token } = state;
  return (
    <>
      {closedUntil !== null && (
        <p class="notice">
          <span>
            {t.closedBy(closedBy)} <Time at={closedUntil} />
          </span>
        </p>
      )}
      <Facts
        of={[
          [
            t.state,
            <span key="state" class={`tag ${closedUntil === null ? 'ok' : 'failing'}`}>
              {closedUntil === null ? t.open : t.closed}
            </span>,
          ],
          [t.permits, concurrency === undefined ? number(permits) : t.permitsOf(permits, concurrency)],
          [t.nextRequest, <NextRequest key="next" {...{ state, concurrency }} />],
          [t.tokenUntil, <Time key="token" at={token} />],
        ]}
      />
    </>
  );
}

/** When a load may send the next request. The pace (`next_request`) does not know whether the gate is closed or all loads are running. */
function NextRequest({ state, concurrency = Number.POSITIVE_INFINITY }: Limits) {
  const t = sourcesTexts();
  if (state.closed_until === null && state.permits >= concurrency) return t.onceALoadEnds;
  const moments = [state.closed_until, state.next_request].filter((at) => at !== null);
  return moments.length === 0 ? t.atOnce : <Time at={Math.max(...moments.map((at) => Date.parse(at)))} />;
}

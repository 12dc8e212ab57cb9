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

function Shown({ state, concurrency }: { state: NonNullable<Source['state']>; concurrency: number | undefined }) {
  const t = sourcesTexts();
  const { permits, closed_until: closedUntil, closed_by: closedBy, next_request: next, token_until: token } = state;
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
          [t.nextRequest, next === null ? t.atOnce : <Time key="next" at={next} />],
          [t.tokenUntil, <Time key="token" at={token} />],
        ]}
      />
    </>
  );
}

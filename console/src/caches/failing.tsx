import type { Schema } from '../api/paths.ts';
import { cacheTexts } from '../texts/cache.ts';
import { common } from '../texts/common.ts';
import { number } from '../texts/format.ts';
import { Facts } from '../ui/facts.tsx';
import { StepsFor } from '../ui/steps.tsx';
import { Time } from '../ui/time.tsx';
import type { CacheRecord } from './cache-name.ts';

interface FailingProps {
  cache: CacheRecord;
  /** The task in `RETRY`, if there is one: the cache's record shows a failure only once no attempt follows. */
  retried: Schema<'ExpandedTask'> | undefined;
}

/** Why the loads of a cache fail, what to do, and when the next attempt begins; nothing while they succeed. */
export function Failing({ cache: { last_error: last, failing }, retried }: FailingProps) {
  const t = cacheTexts();
  const error = retried?.error ?? last;
  if (error === null || (failing === null && retried === undefined)) return null;
  return (
    <section class="problem" aria-label={retried ? t.retrying : t.failing}>
      <p>
        <strong>{error.title}</strong> {retried && t.triedAgain(retried.attempt)}
      </p>
      <p class="detail">{error.detail}</p>
      <StepsFor type={error.type} />
      <Facts
        of={[
          ...(failing === null
            ? []
            : ([
                [t.since, <Time key="since" at={failing.since} />],
                [t.failures, typeof last?.failures === 'number' ? number(last.failures) : common().unknown],
              ] as const)),
          [t.lastTry, <Time key="at" at={retried ? retried.started : (last?.at ?? null)} />],
          retried
            ? [t.nextAttempt, <Time key="due" at={retried.due} />]
            : [t.nextTry, <Time key="next" at={failing?.next_try ?? null} />],
        ]}
      />
    </section>
  );
}

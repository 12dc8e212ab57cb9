import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { answerOf } from '../api/call.ts';
import type { Schema } from '../api/paths.ts';
import { ApiProblem } from '../api/problem.ts';
import { overviewTexts } from '../texts/overview.ts';
import { ProblemView } from '../ui/problem.tsx';

/** `/health/` is at the root, and its 503 has the same members: it is not a path of the API (CONTRACT 5). */
const health = signal<Schema<'Health'> | null>(null);
const problem = signal<ApiProblem | null>(null);

/** Whether the service and each of its stores answer. */
export function HealthView() {
  const t = overviewTexts();
  useEffect(() => {
    const load = () => {
      if (!document.hidden) void loadHealth();
    };
    load();
    document.addEventListener('visibilitychange', load);
    return () => document.removeEventListener('visibilitychange', load);
  }, []);
  if (problem.value) return <ProblemView problem={problem.value} onRetry={() => void loadHealth()} />;
  if (health.value === null) return null;
  const { status, stores, edge, settings = [] } = health.value;
  const words = { ok: t.ok, failing: t.storeFailing, misconfigured: t.misconfigured };
  return (
    <section aria-label={t.health}>
      <ul class="health">
        <li class={status}>
          {t.service} <strong>{words[status]}</strong>
        </li>
        {Object.entries(stores).map(([name, state]) => (
          <li key={name} class={state}>
            {name} <strong>{words[state]}</strong>
          </li>
        ))}
        <li class={edge === 'ok' ? 'ok' : 'warning'}>
          {t.edge} <strong>{edge === 'ok' ? t.ok : t.keepsNothing}</strong>
        </li>
      </ul>
      {settings.map((sentence) => (
        <p key={sentence} class="notice">
          {sentence}
        </p>
      ))}
    </section>
  );
}

async function loadHealth(): Promise<void> {
  try {
    const response = await answerOf('/healthz', { cache: 'no-store' });
    health.value = (await response.json()) as Schema<'Health'>;
    problem.value = null;
  } catch (error) {
    // A body of another form comes from a proxy in front of the service.
    problem.value = error instanceof ApiProblem ? error : new ApiProblem(0, null, null);
  }
}

import { folded, type Result } from '../api/kept-results.ts';
import { dismiss, dismissEnded, results } from '../api/results.ts';
import { common } from '../texts/common.ts';
import { number } from '../texts/format.ts';
import { shell } from '../texts/shell.ts';
import { Copy } from '../ui/copy.tsx';
import { ProblemView, RequestId } from '../ui/problem.tsx';

/** Results of actions, above the screen and not over it, until dismissed. Earlier results show only as a number. */
export function Results() {
  const t = shell();
  const { shown, earlier } = folded(results.value);
  const ended = results.value.filter(({ state }) => state !== 'running');
  return (
    <section class="results" aria-label={t.results} aria-live="polite">
      {shown.map((result) => (
        <Shown key={result.id} result={result} />
      ))}
      {results.value.length > 1 && (
        <div class="earlier">
          {earlier.length > 0 && <Earlier results={earlier} />}
          {ended.length > 1 && (
            <button type="button" class="small" onClick={dismissEnded}>
              {t.dismissAll}
            </button>
          )}
        </div>
      )}
    </section>
  );
}

/** The number of earlier results and of failures among them; opening it shows them all. */
function Earlier({ results: earlier }: { results: readonly Result[] }) {
  const t = shell();
  const counted = (['running', 'failed', 'left'] as const)
    .map((state) => ({ state, count: earlier.filter((result) => result.state === state).length }))
    .filter(({ count }) => count > 0);
  return (
    <details>
      <summary>
        {t.earlier(earlier.length)}{' '}
        {counted.map(({ state, count }) => (
          <span key={state} class={`tag ${state === 'failed' ? 'failing' : ''}`}>
            {`${t[state]}: ${number(count)}`}
          </span>
        ))}
      </summary>
      {earlier.map((result) => (
        <Shown key={result.id} result={result} />
      ))}
    </details>
  );
}

function Shown({ result: { id, state, title, text, problem, requestId, stop } }: { result: Result }) {
  const t = common();
  const copied = [title, text, requestId ?? ''].filter(Boolean).join('\n');
  return (
    <div class={`result ${state}`}>
      <p>
        <span class="tag">{shell()[state]}</span> <strong>{title}</strong> {text}
      </p>
      {problem && <ProblemView problem={problem} />}
      <p class="tools">
        {!problem && requestId !== null && <RequestId id={requestId} />}
        {!problem && state !== 'running' && <Copy text={copied} />}
        {stop && (
          <button type="button" class="small" onClick={stop}>
            {t.stop}
          </button>
        )}
        {state !== 'running' && (
          <button type="button" class="small" onClick={() => dismiss(id)}>
            {t.dismiss}
          </button>
        )}
      </p>
    </div>
  );
}

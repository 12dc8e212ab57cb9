import { dismiss, type Result, results } from '../api/results.ts';
import { common } from '../texts/common.ts';
import { shell } from '../texts/shell.ts';
import { Copy } from '../ui/copy.tsx';
import { ProblemView, RequestId } from '../ui/problem.tsx';

/** What became of actions: above the screen, not over it, until dismissed. */
export function Results() {
  return (
    <section class="results" aria-label={shell().results} aria-live="polite">
      {results.value.map((result) => (
        <Shown key={result.id} result={result} />
      ))}
    </section>
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

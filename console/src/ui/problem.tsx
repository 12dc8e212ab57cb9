import { type ApiProblem, codeOf, type InputFault } from '../api/problem.ts';
import { common } from '../texts/common.ts';
import { Copy } from './copy.tsx';

/** A problem: title, detail, all faults of the input, and the request id. */
export function ProblemView({ problem, onRetry }: { problem: ApiProblem; onRetry?: () => void }) {
  const t = common();
  const { body, status, requestId } = problem;
  const title = body?.title ?? (status === 0 ? t.noAnswer : status === 401 ? t.refusedToken : t.status(status));
  const detail = body?.detail ?? (status === 0 ? t.noAnswerDetail : '');
  const faults = faultsBeside(detail, body?.errors ?? []);
  const text = [title, detail, ...faults.map((fault) => `${fault.pointer} ${fault.detail}`), requestId ?? ''];
  return (
    <div class="problem">
      <p>
        <strong>{title}</strong>
        {problem.code !== '' && (
          <>
            {' '}
            <a href={`/docs/problems#${problem.code}`}>{problem.code}</a>
          </>
        )}
      </p>
      {detail !== '' && <p class="detail">{detail}</p>}
      {faults.length > 0 && (
        <ul>
          {faults.map((fault) => (
            <li key={fault.pointer + fault.detail}>
              <code>{fault.pointer}</code> {fault.detail}
            </li>
          ))}
        </ul>
      )}
      <p class="tools">
        {requestId !== null && <RequestId id={requestId} />}
        <Copy text={text.filter(Boolean).join('\n')} />
        {onRetry && (
          <button type="button" class="small" onClick={onRetry}>
            {t.reload}
          </button>
        )}
      </p>
    </div>
  );
}

/** The faults that the detail does not contain: the service repeats the first one there, for simple clients. */
function faultsBeside(detail: string, faults: readonly InputFault[]): readonly InputFault[] {
  const [first, ...others] = faults;
  const isTold = first !== undefined && others.length === 0 && detail.includes(first.detail);
  return isTold && detail.includes(first.pointer) ? [] : faults;
}

/** The id of the request in the service's log. */
export function RequestId({ id }: { id: string }) {
  return (
    <span class="faint">
      {common().requestId} <code>{id}</code>
    </span>
  );
}

/** Why a load failed, with a link to the page that says what to do. */
export function LoadError({ error }: { error: { type: string; title: string; detail: string } }) {
  const code = codeOf(error.type);
  return (
    <>
      <span class="detail">{error.detail || error.title}</span>{' '}
      <a class="nowrap" href={`/docs/failing#${code}`}>
        {common().whatToDo}
      </a>
    </>
  );
}

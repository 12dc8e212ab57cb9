import { fault } from '../api/provider.ts';
import { signInFaults } from '../texts/sign-in-faults.ts';
import { ProblemView } from '../ui/problem.tsx';

/** Why the last sign-in at the provider failed, and what to do. */
export function SignInFaultView() {
  const t = signInFaults();
  if (fault.value === null) return null;
  const {
    fault: { kind, detail },
    problem,
  } = fault.value;
  return (
    <div class="problem">
      <p>
        <strong>{t[kind]}</strong>
      </p>
      {detail !== '' && <p class="detail">{detail}</p>}
      <p>{t[`${kind}ToDo`]}</p>
      {problem && <ProblemView problem={problem} />}
    </div>
  );
}

import { codeOf } from '../api/problem.ts';
import { causeTexts } from '../texts/devices.ts';
import { stepsFor } from '../texts/steps.ts';

/** What to check, and what to do, when a load failed. */
export function StepsFor({ type }: { type: string }) {
  const steps = stepsFor(codeOf(type));
  if (steps === null) return null;
  return (
    <>
      <p class="detail">{steps.look}</p>
      <p class="detail">
        <strong>{causeTexts().doThis}</strong> {steps.act}
      </p>
    </>
  );
}

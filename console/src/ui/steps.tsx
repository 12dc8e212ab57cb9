import { codeOf } from '../api/problem.ts';
import { causeTexts } from '../texts/devices.ts';
import { stepsFor } from '../texts/steps.ts';

/** What to look at and what to do about the failure of a load. */
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

/** Answers that describe a task. */
import { expect, onTestFinished } from 'vitest';
import { Source } from './sources.ts';

export interface TaskBody {
  task_id: string;
  task_state: string;
  error?: { type: string; title: string; detail: string };
}

/** The task in an answer, which must be a 200. */
export async function taskIn(response: Response): Promise<TaskBody> {
  expect(response.status).toBe(200);
  return response.json();
}

/** A resource whose origin does not answer until `release` is called or the test ends. */
export async function heldSource(
  members: Parameters<typeof Source.define>[0] = {},
): Promise<{ source: Source; release: () => Promise<void> }> {
  const source = await Source.define(members);
  await source.origin.answer({ hold: true });
  const release = () => source.origin.answerJson({ n: 1 });
  onTestFinished(release);
  return { source, release };
}

/** Waits until the origin has been asked. */
export async function untilLoading(source: Source): Promise<void> {
  await expect.poll(() => source.loads()).toBeGreaterThan(0);
}

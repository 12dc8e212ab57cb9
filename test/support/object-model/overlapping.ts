/** Commands during a commit: D1 has not taken its entry yet when somebody else comes to the object. */

import { expect, vi } from 'vitest';
import { PURGE, REFRESH, SOFT_PURGE } from './asking.ts';
import type { Kind } from './command.ts';
import { COMMIT } from './consuming.ts';

export const OVERLAPPING: Kind[] = [REFRESH, PURGE, SOFT_PURGE].map((other) => ({
  name: `${other.name}, while a commit waits for D1`,
  weight: 1,
  can: (model) => COMMIT.can?.(model) ?? true,
  async act(model, real, pick) {
    const { weather } = real;
    const { fates } = weather;
    let isAnswered = false;
    weather.fates = { D1: 'waits' };
    const commit = COMMIT.act(model, real, pick).finally(() => {
      isAnswered = true;
    });
    await vi.waitFor(() => expect(isAnswered || weather.waiting.length > 0).toBe(true), { interval: 1 });
    const isOvertaken = !isAnswered;
    weather.fates = fates;
    const judgeOther = await other.act(model, real, pick);
    for (const call of weather.waiting.splice(0)) call.isLetGo = true;
    const judgeCommit = await commit;
    return () => {
      judgeCommit?.();
      judgeOther?.();
      model.tally.when(isOvertaken, 'a commit is not answered before somebody else is');
    };
  },
}));

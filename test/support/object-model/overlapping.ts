/** Commands during a commit: another call reaches the object before D1 has taken its entry. */

import { expect } from 'vitest';
import { until } from '../until.ts';
import { PURGE, REFRESH, SOFT_PURGE } from './asking.ts';
import { clock } from './clock.ts';
import type { Kind } from './command.ts';
import { commit, pickFrom } from './consuming.ts';
import type { Consumer } from './model.ts';

export const OVERLAPPING: Kind[] = [REFRESH, PURGE, SOFT_PURGE].map((other) => ({
  name: `${other.name}, while a commit waits for D1`,
  weight: 3,
  can: ({ consumers, weather }) => consumers.some(mayCommit) && !weather.isAway,
  async act(model, real, pick) {
    const { weather } = real;
    const { fates } = weather;
    let isAnswered = false;
    weather.fates = { D1: 'waits' };
    const committing = commit(model, real, pickFrom(model.consumers.filter(mayCommit), pick), pick % 3 === 0).finally(
      () => {
        isAnswered = true;
      },
    );
    await until(() => expect(isAnswered || weather.waiting.length > 0).toBe(true), 1);
    const isOvertaken = !isAnswered;
    weather.fates = fates;
    const judgeOther = await other.act(model, real, pick);
    for (const call of weather.waiting.splice(0)) call.isLetGo = true;
    const judgeCommit = await committing;
    return () => {
      judgeCommit();
      judgeOther?.();
      model.tally.when(isOvertaken, 'a commit is not answered before somebody else is');
    };
  },
}));

function mayCommit({ stage, isBroken, stopAt }: Consumer): boolean {
  return stage === 'loaded' && !isBroken && stopAt > clock.now;
}

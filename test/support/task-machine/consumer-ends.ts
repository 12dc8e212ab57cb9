/** How consumers end: their message comes again. */

import type { Rules } from './machine.ts';
import type { Consumer, World } from './world.ts';

/** The queue delivers the message of a task again after `delayMs`. */
export function handBack(rules: Rules, world: World, taskId: string, delayMs: number): World {
  if (!rules.handsBack) return world;
  return { ...world, messages: [...world.messages, { taskId, at: world.now + delayMs }] };
}

/** Consumers stop at the end of their lease and hand their message back; a commit that they have sent may still be under way. */
export function stopLate(rules: Rules, world: World): World {
  const late = world.consumers.filter(({ stopAt, stage }) => stopAt <= world.now && stage === 'claimed');
  return late.reduce((stopped, consumer) => die(rules, stopped, consumer), world);
}

/** The consumer is killed; the queue delivers its message once more. */
export function die(rules: Rules, world: World, consumer: Consumer): World {
  return handBack(rules, replace(world, consumer, null), consumer.taskId, 0);
}

/** Replaces a consumer, or (null) removes it. */
export function replace(world: World, consumer: Consumer, next: Consumer | null): World {
  const others = world.consumers.filter(({ fence }) => fence !== consumer.fence);
  return { ...world, consumers: next === null ? others : [...others, next] };
}

/** Which hub holds a user's sockets. */

import { hashOfText, type Shards, shardOf } from '../shards.ts';

/** Number of a user's hub, out of `count` hubs. A number means the same hub under any count. */
export function hubOf(user: string, count: number): number {
  return shardOf(hashOfText(user), count);
}

/** Every hub that may hold sockets of a user, including the one under the count before. */
export function hubsOf(user: string, { now, before }: Shards): number[] {
  return [...new Set([hubOf(user, now), hubOf(user, before)])];
}

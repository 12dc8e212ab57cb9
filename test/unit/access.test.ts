import { describe, expect, it } from 'vitest';
import type { Scope } from '../../src/contract/identity.ts';
import { mayReadTask } from '../../src/core/access.ts';
import type { Task } from '../../src/ports/task.ts';

const task = (owner: string | null) => ({ cache: { owner } }) as Task;
const alice = (...scopes: Scope[]) => ({
  user: 'alice',
  scopes: new Set(scopes),
  scopesFrom: 'claims' as const,
  otherScopes: [],
  groups: new Set<string>(),
  device: null,
  expiresAt: 0,
});

describe('who may see a task', () => {
  it.each<[string | null, Scope, boolean]>([
    [null, 'cache:read', true],
    ['alice', 'cache:read', true],
    ['bob', 'cache:read', false],
    ['bob', 'cache:admin', true],
    ['bob', 'cache:inspect', false],
    [null, 'cache:inspect', false],
    [null, 'cache:refresh', false],
    ['alice', 'cache:refresh', false],
  ])('of the cache of %s, alice with %s: %s', (owner, scope, expected) => {
    expect(mayReadTask(alice(scope), task(owner))).toBe(expected);
  });
});

import { describe, expect, it, vi } from 'vitest';
import { cacheFor } from '../../src/core/cache-key.ts';
import { parametersFromQuery } from '../../src/core/parameters.ts';
import { knownCache } from '../../src/flows/read/known-caches.ts';
import { sampleResource } from '../support/resources.ts';

const parameters = { type: 'object', properties: { year: { type: 'integer' } } };

function asker(definition = sampleResource({ parameters })) {
  const find = vi.fn((user: string, year: string) =>
    cacheFor(user, 'sales', definition, parametersFromQuery(definition, [['year', year]])),
  );
  const ask = (user: string, year: string) => knownCache(definition, user, `year=${year}`, () => find(user, year));
  return { ask, find };
}

describe('the cache that a query means', () => {
  it('is found out once a definition', () => {
    const { ask, find } = asker();
    expect(ask('alice', '1982')).toEqual(ask('bob', '1982'));
    expect(ask('alice', '1983').parameters).toEqual({ year: 1983 });
    expect(find).toHaveBeenCalledTimes(2);

    const changed = asker();
    changed.ask('alice', '1982');
    expect(changed.find).toHaveBeenCalledTimes(1);
  });

  it('is each user’s own where the scope is `user`', () => {
    const { ask } = asker(sampleResource({ parameters, scope: 'user' }));
    const alices = ask('alice', '1982');
    expect(alices.owner).toBe('alice');
    expect(ask('bob', '1982').key).not.toBe(alices.key);
    expect(ask('alice', '1982')).toEqual(alices);
  });

  it('is none for what is refused, however often it is asked', () => {
    const { ask } = asker();
    for (let time = 0; time < 2; time += 1) expect(() => ask('alice', 'x')).toThrow(/not valid|integer/i);
  });

  it('is found out each time for a query too long to remember', () => {
    const definition = sampleResource({ parameters });
    const find = vi.fn(() => cacheFor('alice', 'sales', definition, {}));
    const long = `year=${'0'.repeat(1001)}`;
    for (let time = 0; time < 2; time += 1) knownCache(definition, 'alice', long, find);
    expect(find).toHaveBeenCalledTimes(2);
  });
});

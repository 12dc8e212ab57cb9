import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChangingOrigin, type Step } from '../support/changing-origin.ts';

const id = fc.nat(6);
/** What happens in the origin between two loads: rows are written or removed, told or not, and committed late. */
const step: fc.Arbitrary<Step> = fc.record({
  id,
  a: fc.constantFrom('x', 'y', '"]', null),
  isRemoved: fc.boolean(),
  lateMs: fc.constantFrom(0, 0, 500, 60_000),
});
const loads = fc.array(fc.array(step, { maxLength: 5 }), { minLength: 1, maxLength: 5 });

describe('loads of changes', () => {
  it('come to what the origin has, where it reports deletions and rows are no later than the lag', async () => {
    let counted = 0;
    await fc.assert(
      fc.asyncProperty(loads, fc.integer({ min: 1, max: 3 }), async (all, size) => {
        const origin = new ChangingOrigin(size);
        await origin.load();
        for (const steps of all) {
          for (const each of steps) origin.apply(each);
          await origin.load();
          expect(origin.held).toEqual(origin.rows);
        }
        if (all.length > 1 && all[0]?.some(({ isRemoved }) => !isRemoved)) counted += origin.asked.changes;
      }),
      { numRuns: 60 },
    );
    expect(counted).toBeGreaterThan(60);
  });

  it('and then a full load are the full load alone', async () => {
    await fc.assert(
      fc.asyncProperty(loads, fc.integer({ min: 1, max: 3 }), async (all, size) => {
        // Deletions are told to nobody, and rows come later than the lag allows.
        const origin = new ChangingOrigin(size, { tellsRemoved: false, lagMs: 100 });
        await origin.load();
        for (const steps of all) {
          for (const each of steps) origin.apply(each);
          await origin.load();
        }
        await origin.load(true);
        const alone = new ChangingOrigin(size);
        for (const steps of all) for (const each of steps) alone.apply(each);
        await alone.load(true);
        expect(origin.held).toEqual(origin.rows);
        expect(origin.held).toEqual(alone.held);
      }),
      { numRuns: 60 },
    );
  });
});

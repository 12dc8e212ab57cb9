/**
 * Store faults: each single call that a refresh or a read makes of D1, R2, the object, the edge cache or the queue throws,
 * never answers, or does its work and loses the answer. All calls of one kind are struck side by side, each on a cache
 * of its own; then the clock goes on for two days, messages are delivered and alarms ring, and nobody helps. Usually a call
 * fails in one of the three ways, and the next call in the next; with `STRIKES=all` each fails in every way.
 */

import { beforeAll, expect, inject, it, vi } from 'vitest';
import { PART_BYTES } from '../../../src/stores/blobs.ts';
import { countedFetch, strikeableCaches } from '../../support/faults/bindings.ts';
import { report } from '../../support/faults/report.ts';
import { skippingClock } from '../../support/faults/skipping-clock.ts';
import { MODES, STORES, type Strike } from '../../support/faults/strikes.ts';
import { StruckCache } from '../../support/faults/struck-cache.ts';

vi.setConfig({ testTimeout: 300_000 });

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** Leases end, backoff and stores' retries pass, then what is owed to R2 is removed. */
const HEALING_MS = [20 * SECOND_MS, 2 * MINUTE_MS, HOUR_MS];
const QUIET_MS = [2 * MINUTE_MS, 26 * HOUR_MS, HOUR_MS];

interface Flow {
  name: string;
  members: Parameters<typeof StruckCache.define>[0];
  /** What is loaded, if it is not the small table. */
  load?: Parameters<typeof StruckCache.define>[1];
  /** What lies before the strike. */
  before(cache: StruckCache): Promise<void>;
  /** How long after that, ms: past what an isolate keeps, it knows nothing. */
  laterMs: number;
  /** What is struck, and the statuses that a device may see. */
  act(cache: StruckCache): Promise<number>;
  statuses: number[];
  /** The verbs that are struck; undefined: every call. */
  verbs?: string[];
}

async function loadOnce(cache: StruckCache): Promise<void> {
  await cache.refresh();
  await cache.turn();
  await cache.originChanges();
}
async function refreshAndRead(cache: StruckCache): Promise<number> {
  await cache.refresh();
  await cache.turn();
  return readOnce(cache);
}
async function loadAndRead(cache: StruckCache): Promise<void> {
  await loadOnce(cache);
  expect(await cache.read()).toEqual({ status: 200, version: 1 });
}
/** With what goes on after the answer; the load that it asks for is that of a refresh, which is struck by itself. */
async function readOnce(cache: StruckCache): Promise<number> {
  const { status } = await cache.read();
  await cache.settled();
  return status;
}

/**
 * A body past what R2 takes in one piece, from a small answer: members that are missing read as null. All are loaded at
 * once, on a machine that may be busy; the first state is small, since what lies before the strike matters little.
 */
const COLUMNS = ['a', ...Array.from({ length: 999 }, (_, at) => `c${at}`)];
const ROWS = Math.ceil(PART_BYTES / (COLUMNS.length * 'null,'.length));
const LARGE_TABLE: Pick<Flow, 'members' | 'load'> = {
  members: { ttl_s: 31_536_000, tables: [{ name: 't', rows: '/items', columns: COLUMNS }] },
  load: {
    cellsOf: (n) => (n === 1 ? ['small'] : Array.from({ length: ROWS }, (_, row) => `row ${row} of ${n}`)),
    timeoutS: 120,
  },
};

const FLOWS: Flow[] = [
  {
    name: 'a refresh',
    members: {},
    before: loadOnce,
    laterMs: 11 * MINUTE_MS,
    act: async (cache) => {
      await cache.refresh();
      await cache.turn();
      await cache.askStates();
      return readOnce(cache);
    },
    statuses: [200, 503],
  },
  {
    name: 'a refresh of a large table',
    ...LARGE_TABLE,
    before: loadOnce,
    laterMs: 11 * MINUTE_MS,
    act: refreshAndRead,
    statuses: [200],
    verbs: ['createMultipartUpload', 'uploadPart', 'complete'],
  },
  {
    name: 'a refresh of a large table that is the same',
    ...LARGE_TABLE,
    before: async (cache) => {
      await loadOnce(cache);
      await refreshAndRead(cache);
    },
    laterMs: 11 * MINUTE_MS,
    act: refreshAndRead,
    statuses: [200],
    verbs: ['abort'],
  },
  {
    name: 'the first read of a cache',
    members: { wait_s: 1 },
    before: async () => undefined,
    laterMs: 11 * MINUTE_MS,
    act: readOnce,
    statuses: [202, 503],
  },
  {
    name: 'a read where nothing is known',
    members: { ttl_s: 31_536_000 },
    before: loadOnce,
    laterMs: 11 * MINUTE_MS,
    act: readOnce,
    statuses: [200, 503],
  },
  {
    name: 'a read where an entry is known',
    members: { ttl_s: 31_536_000 },
    before: loadAndRead,
    laterMs: 2 * SECOND_MS,
    act: readOnce,
    statuses: [200],
  },
  {
    name: 'a read of what is stale',
    members: { ttl_s: 30, stale_while_revalidate_s: 31_536_000 },
    before: loadAndRead,
    laterMs: 35 * SECOND_MS,
    act: readOnce,
    statuses: [200],
  },
  {
    name: 'a read of what has expired',
    members: { ttl_s: 30, wait_s: 0 },
    before: loadAndRead,
    laterMs: 35 * SECOND_MS,
    act: readOnce,
    statuses: [200, 202],
  },
  {
    name: 'the removal of what was replaced',
    members: {},
    before: async (cache) => {
      await loadOnce(cache);
      await loadOnce(cache);
    },
    laterMs: 2 * HOUR_MS,
    act: async (cache) => {
      await cache.turn();
      return readOnce(cache);
    },
    statuses: [200, 202, 503],
  },
];

/** How the call at this place is struck. */
const modesOf = (at: number) => MODES.filter((_, n) => inject('strikes') === 'all' || n === at % MODES.length);

beforeAll(() => {
  vi.stubGlobal('caches', strikeableCaches(caches));
  vi.stubGlobal('fetch', countedFetch(fetch));
});

const { passMs, skipping } = skippingClock();

/** The flow on caches of its own, side by side, each struck in its way (null: not at all). */
class Campaign {
  readonly #flow: Flow;
  readonly #struck: { strike: Strike | null; cache: StruckCache }[];
  /** What did not hold, by the strike that brought it about; such a cache is left out from there on. */
  readonly failures = new Map<object, string>();

  private constructor(flow: Flow, struck: { strike: Strike | null; cache: StruckCache }[]) {
    this.#flow = flow;
    this.#struck = struck;
  }

  static async run(flow: Flow, strikes: readonly (Strike | null)[]): Promise<Campaign> {
    const defined = strikes.map(async (strike) => ({
      strike,
      cache: await StruckCache.define(flow.members, flow.load),
    }));
    const made = new Campaign(flow, await Promise.all(defined));
    await made.#run();
    return made;
  }

  /** The first cache: that of a campaign of one. */
  get cache(): StruckCache {
    const [first] = this.#struck;
    if (first === undefined) throw new Error('nothing was tried');
    return first.cache;
  }

  /** How many of the calls came to be made, and were struck. */
  get reached(): number {
    return this.#struck.filter(({ cache }) => cache.watch.struck !== null).length;
  }

  get #standing() {
    return this.#struck.filter((one) => !this.failures.has(one));
  }

  async #run(): Promise<void> {
    const { before, laterMs, act, statuses } = this.#flow;
    await this.#each('before', (cache) => before(cache));
    passMs(laterMs);
    const strikeOne = async (cache: StruckCache, strike: Strike | null) => {
      cache.watch.strike(strike);
      expect(statuses).toContain(await act(cache));
      cache.watch.rest();
      await cache.checkVisible();
    };
    await this.#each('struck', strikeOne, (strike) => strike?.mode !== 'hangs');
    // Only time-outs go on then, and nobody need live through them.
    const hanging = this.#each('struck', strikeOne, (strike) => strike?.mode === 'hangs');
    await skipping(hanging, () => this.#standing.every(({ cache }) => cache.watch.isStruck));
    for (const ms of HEALING_MS) {
      passMs(ms);
      await this.#each(`${ms} ms later`, async (cache) => {
        await cache.turn();
        await cache.checkVisible();
        // Devices go on asking.
        await cache.read({ revalidates: true });
      });
    }
    // The last loads end and what they replaced is removed, while nobody asks any more.
    for (const ms of QUIET_MS) {
      passMs(ms);
      await this.#each('at the end', (cache) => cache.turn());
    }
    await this.#each('healed', (cache) => cache.checkHealed());
  }

  async #each(
    when: string,
    work: (cache: StruckCache, strike: Strike | null) => Promise<unknown>,
    which: (strike: Strike | null) => boolean = () => true,
  ): Promise<void> {
    const concerned = this.#standing.filter(({ strike }) => which(strike));
    await Promise.all(
      concerned.map(async (one) => {
        try {
          await work(one.cache, one.strike);
        } catch (error) {
          const call =
            one.strike === null ? 'nothing struck' : `${one.strike.store} call ${one.strike.nth} ${one.strike.mode}`;
          this.failures.set(one, `${call} (${one.cache.watch.struck}), ${when}: ${error}`);
        }
      }),
    );
  }
}

it.each(FLOWS)('$name stands it, and heals, when any one call throws, hangs or loses its answer', async (flow) => {
  const unharmed = await Campaign.run(flow, [null]);
  expect([...unharmed.failures.values()]).toEqual([]);
  const strikes = STORES.flatMap((store) =>
    unharmed.cache.watch.verbs(store).flatMap((verb, at) => {
      const isStruck = flow.verbs === undefined || flow.verbs.includes(verb);
      return isStruck ? modesOf(at).map((mode) => ({ store, nth: at + 1, mode })) : [];
    }),
  );
  expect(strikes.length).toBeGreaterThan(0);

  const struck = await Campaign.run(flow, strikes);
  expect([...struck.failures.values()]).toEqual([]);
  // Timing may spare a call now and then, such as an early repetition.
  expect(struck.reached).toBeGreaterThan(strikes.length / 2);
  await report('store-faults', flow.name, {
    flow: flow.name,
    struck: struck.reached,
    failed: struck.failures.size,
    calls: Object.fromEntries(
      STORES.map((store) => [store, new Set(strikes.filter((one) => one.store === store).map(({ nth }) => nth)).size]),
    ),
  });
});

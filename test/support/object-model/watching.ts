/** Commands of hubs of live sockets, and what must hold for what they are told (docs/live.md "Rules"). */

import { must } from '../task-machine/world.ts';
import type { Kind } from './command.ts';
import { pickFrom } from './consuming.ts';
import type { Model } from './model.ts';
import { MOODS, type PlayedHub } from './played-hub.ts';
import type { RealCache, Snapshot } from './real-cache.ts';

export const SET_WATCH: Kind = {
  name: 'a hub sets a watch',
  weight: 4,
  async act(model, real, pick) {
    const hub = pickFrom(real.hubs, pick);
    const isWatched = await hub.watch(real.cache.key);
    return () => {
      must(isWatched === model.asks.length > 0, 'a cache that was asked for can be watched, and no other');
      model.tally.when(!isWatched, 'a cache that nobody has is not watched');
    };
  },
};

export const WATCHING: Kind[] = [
  SET_WATCH,
  {
    name: 'a watch is asked for again',
    weight: 2,
    can: ({ hubs }) => hubs.some(({ isNeeded }) => isNeeded),
    act: (model, real, pick) => watchAgain(model, real, pick, 0),
  },
  {
    name: 'a watch that was overtaken comes late',
    weight: 2,
    can: ({ hubs }) => hubs.some(({ isNeeded, n }) => isNeeded && n > 1),
    act: (model, real, pick) => watchAgain(model, real, pick, 1),
  },
  {
    name: 'all who were connected to a hub are gone',
    weight: 2,
    isOutside: true,
    can: ({ hubs }) => hubs.some(({ isNeeded }) => isNeeded),
    async act({ hubs }, _real, pick) {
      pickFrom(
        hubs.filter(({ isNeeded }) => isNeeded),
        pick,
      ).isNeeded = false;
      return undefined;
    },
  },
  {
    name: 'a hub goes away, loses answers, or is well',
    weight: 3,
    isOutside: true,
    async act({ hubs }, _real, pick) {
      pickFrom(hubs, pick).mood = pickFrom(MOODS, pick >> 1);
      return undefined;
    },
  },
];

/** The same watch, or one that the hub set before it. */
async function watchAgain(model: Model, real: RealCache, pick: number, older: number) {
  const hub = pickFrom(
    model.hubs.filter(({ isNeeded, n }) => isNeeded && n > older),
    pick,
  );
  const { watchers } = model.seen.document;
  await real.objects.watch({ key: real.cache.key, hub: hub.number, n: hub.n - older });
  return () => {
    const now = model.seen.document.watchers;
    must(JSON.stringify(now) === JSON.stringify(watchers), 'a watch that comes again changes nothing');
  };
}

/** After a step: checks what the hubs were told in it, and that each hub that needs the cache is listed. */
export function checkWatching(before: Snapshot, { seen, hubs, tally }: Model): void {
  const { document, d1 } = seen;
  for (const hub of hubs) {
    const { n, number, isNeeded } = hub;
    for (const poke of hub.pokes) {
      must(poke.revision <= (d1?.revision ?? 0), 'a hub is told of what D1 has, and not before');
      const isNewest = poke.revision === d1?.revision;
      must(!isNewest || poke.version === (d1?.loaded?.changed ?? 0), 'a hub is told what D1 has');
      tally.when(true, 'a hub is told what is new');
      tally.when((document.news?.tries ?? 0) > 1, 'a hub that has not answered is told again');
    }
    const isListed = document.watchers?.some((watcher) => watcher.hub === number && watcher.n === n) === true;
    must(!isNeeded || isListed, 'a hub whose watch was acknowledged is told');
    must(!isNeeded || document.rests !== true, 'what a hub needs is kept fresh');
    const isOwed = document.news !== undefined || document.stored.revision < document.counters.revision;
    must(!isNeeded || isOwed || isTold(hub, seen), 'what a hub was not told of is owed');
    tally.when(hub.cameBack, 'a hub has another watch set while it answers that nobody is left');
    const isLoaded = hub.wasAsked && before.document.head === null && document.head !== null;
    tally.when(isLoaded, 'a watched cache is loaded when it expires');
    Object.assign(hub, { pokes: [], wasAsked: false, cameBack: false });
  }
  tally.when(document.rests === true, 'a watched cache expires while nobody is connected');
  tally.when(before.document.rests === true && document.rests !== true, 'a cache that rested is asked for again');
}

/** When nothing is under way: hubs with connected devices know what D1 has. */
export function checkTold({ seen, hubs }: Model): void {
  must(seen.document.news === undefined, 'a hub that is there is told');
  for (const hub of hubs) must(!hub.isNeeded || isTold(hub, seen), 'whoever watches is told what D1 has come to have');
}

function isTold({ version }: PlayedHub, { d1 }: Snapshot): boolean {
  return version === (d1?.loaded?.changed ?? 0);
}

/** From now on every hub answers. */
export function beWell(hubs: readonly PlayedHub[]): void {
  for (const hub of hubs) hub.mood = 'answers';
}

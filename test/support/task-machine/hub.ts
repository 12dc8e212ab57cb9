/** Moves of one hub of live sockets: it watches the key for connected devices, is told, and answers. */

import { happen, type Rules } from './machine.ts';
import { must, type World } from './world.ts';

const HUB = 0;

/** A device connects: the hub sets a watch, with a new number unless it has one. */
export function watch(rules: Rules, world: World): World | null {
  if (world.tasks === 0 || world.hub.isNeeded) return null;
  const n = world.hub.n + 1;
  const { world: after, answer } = happen(rules, world, 'watch', { key: world.document.cache.key, hub: HUB, n });
  must(answer.outcome === 'watched', 'a known cache can be watched');
  if (answer.outcome !== 'watched') return null;
  const { version, revision } = answer;
  return { ...after, hub: { n, isNeeded: true, version, revision } };
}

/** All devices that were told are gone; the hub finds out when it is told next. */
export function disconnect(world: World): World | null {
  return world.hub.isNeeded ? { ...world, hub: { ...world.hub, isNeeded: false } } : null;
}

/** A poke reaches the hub; its answer is under way. */
export function landPoke(world: World, at: number): World | null {
  const poke = world.pokes[at];
  if (poke === undefined) return null;
  const { hub } = world;
  const heard = hub.isNeeded && poke.revision >= hub.revision;
  return {
    ...world,
    hub: heard ? { ...hub, version: poke.version, revision: poke.revision } : hub,
    pokes: world.pokes.filter((_, index) => index !== at),
    pokeAnswers: [...world.pokeAnswers, { n: poke.n, revision: poke.revision, isNeeded: hub.isNeeded }],
  };
}

/** The object learns whether any device is left. */
export function landAnswer(rules: Rules, world: World, at: number): World | null {
  const answer = world.pokeAnswers[at];
  if (answer === undefined) return null;
  const { n, revision, isNeeded } = answer;
  const watches = [{ hub: HUB, n }];
  const pokeAnswers = world.pokeAnswers.filter((_, index) => index !== at);
  const request = { revision, told: isNeeded ? watches : [], left: isNeeded ? [] : watches };
  return happen(rules, { ...world, pokeAnswers }, 'poked', request).world;
}

/** The alarm asks whether the cache is still needed; if so, it is loaded. */
export function answerAsk(rules: Rules, world: World): World {
  if (!world.isAsking) return world;
  const asked = { ...world, isAsking: false };
  const watcher = asked.document.watchers?.find(({ hub }) => hub === HUB);
  if (watcher === undefined) return asked;
  if (!asked.hub.isNeeded) return happen(rules, asked, 'rest', { asked: [{ hub: HUB, n: watcher.n }] }).world;
  const loaded = happen(rules, asked, 'freshen', { hub: HUB }).world;
  must(loaded.document.head !== null, 'what is watched and has expired is loaded');
  return loaded;
}

/** A hub that watches is listed as long as it has devices. */
export function checkWatch({ document, hub }: World): void {
  const isListed = document.watchers?.some(({ n }) => n === hub.n) === true;
  must(!hub.isNeeded || isListed, 'a hub whose watch was acknowledged is told');
  must(!hub.isNeeded || document.rests !== true, 'what a hub needs is kept fresh');
}

/** When everything is at rest, the hub knows what D1 has. */
export function checkTold({ d1, hub, formerRevision }: World): void {
  const isTold = hub.version === (d1?.loaded?.changed ?? 0) && hub.revision > formerRevision;
  must(!hub.isNeeded || isTold, 'whoever watches is told what D1 has come to have');
}

/** Nothing is owed to the hub, and nothing is on its way to or from it. */
export function isTold({ document, pokes, pokeAnswers }: World): boolean {
  return document.news === undefined && pokes.length === 0 && pokeAnswers.length === 0;
}

/**
 * Explores every interleaving of a scenario, breadth first, and checks from every world that everything ends without
 * faults.
 */

import { hash } from 'node:crypto';
import { checkMove, checkWorld } from './checks.ts';
import { die } from './consumer-ends.ts';
import { commit, deliver, fail, load } from './consumers.ts';
import { checkTold, disconnect, isTold, landAnswer, landPoke, watch } from './hub.ts';
import { RULES, type Rules } from './machine.ts';
import { forcedRefresh, lose, purge, read, refresh, revoke, softPurge } from './readers.ts';
import { giveUpWrite, goOff, landRemoval, landWrite } from './stores.ts';
import { type Budget, must, newWorld, Violation, type World } from './world.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Steps without faults after which nothing may be left to do. */
const FAIR_STEPS = 200;

/** A move: its name, and the world after it; null: the move is not possible. */
type Move = [name: string, world: World | null];

/** Every possible move; some cost budget. */
function moves(rules: Rules, world: World): Move[] {
  const paid = (what: keyof Budget, make: (poorer: World) => World | null): World | null =>
    world.budget[what] === 0 ? null : make({ ...world, budget: { ...world.budget, [what]: world.budget[what] - 1 } });
  return [
    ['refresh', paid('refresh', (w) => refresh(rules, w))],
    ['forced refresh', paid('force', (w) => forcedRefresh(rules, w))],
    ['read', paid('read', (w) => read(rules, w, false))],
    ['old read', paid('read', (w) => read(rules, w, true))],
    ['purge', paid('purge', (w) => purge(rules, w))],
    ['leave', paid('leave', (w) => purge(rules, w, true))],
    ['rows lost', paid('oblivion', lose)],
    ['soft purge', paid('softPurge', (w) => softPurge(rules, w))],
    ['revoke', paid('revocation', (w) => revoke(rules, w))],
    ['redefine', paid('redefinition', (w) => ({ ...w, definition: w.definition + 1 }))],
    ['watch', paid('watch', (w) => watch(rules, w))],
    ['disconnect', paid('disconnection', disconnect)],
    ['a second passes', paid('second', (w) => ({ ...w, now: w.now + 1000 }))],
    ['alarm', isNear(world.alarmAt, world.now) ? paid('wait', (w) => goOff(rules, w)) : null],
    ['alarm a day later', paid('removal', (w) => goOff(rules, w, w.now + DAY_MS))],
    ['alarm lost', world.alarmAt === null ? null : paid('loss', (w) => ({ ...w, alarmAt: null }))],
    ...world.messages.flatMap((message, at): Move[] => [
      ['deliver', message.at > world.now ? paid('wait', (w) => deliver(rules, w, at)) : deliver(rules, world, at)],
      ['message lost', paid('loss', (w) => ({ ...w, messages: w.messages.filter((_, index) => index !== at) }))],
      ['message doubled', paid('doubling', (w) => ({ ...w, messages: [...w.messages, message] }))],
    ]),
    ...world.consumers.flatMap((consumer): Move[] => [
      ['load', load(world, consumer, true)],
      ['load unchanged', load(world, consumer, false)],
      ['commit', commit(rules, world, consumer, false)],
      ['commit, answer lost', paid('lostAnswer', (w) => commit(rules, w, consumer, true))],
      ['fail', paid('failure', (w) => fail(rules, w, consumer, true))],
      ['fail for good', paid('rejection', (w) => fail(rules, w, consumer, false))],
      ['die', paid('death', (w) => die(rules, w, consumer))],
    ]),
    ...world.writes.flatMap((_, at): Move[] => [
      ['D1 write', landWrite(rules, world, at)],
      ['D1 write late', paid('lateWrite', (w) => giveUpWrite(rules, w, at))],
    ]),
    ...world.pokes.flatMap((_, at): Move[] => [
      ['poke', landPoke(world, at)],
      ['poke lost', paid('loss', (w) => ({ ...w, pokes: w.pokes.filter((__, index) => index !== at) }))],
    ]),
    ...world.pokeAnswers.flatMap((_, at): Move[] => [
      ['answer to a poke', landAnswer(rules, world, at)],
      ['answer lost', paid('loss', (w) => ({ ...w, pokeAnswers: w.pokeAnswers.filter((__, index) => index !== at) }))],
    ]),
    ...world.removals.map((_, at): Move => ['R2 removal', landRemoval(rules, world, at)]),
  ];
}

function isNear(at: number | null, now: number): boolean {
  return at !== null && at < now + HOUR_MS;
}

/** The next move without faults: what is under way ends, then time passes. */
function fairMove(rules: Rules, world: World): World | null {
  const [consumer] = world.consumers;
  // First a load without changes: a missed poke must not be repaired only by the next version, which may come much
  // later.
  if (consumer !== undefined)
    return (
      (world.hub.isNeeded ? load(world, consumer, false) : null) ??
      load(world, consumer, true) ??
      commit(rules, world, consumer, false) ??
      die(rules, world, consumer)
    );
  if (world.writes.length > 0) return landWrite(rules, world, 0);
  if (world.removals.length > 0) return landRemoval(rules, world, 0);
  if (world.pokes.length > 0) return landPoke(world, 0);
  if (world.pokeAnswers.length > 0) return landAnswer(rules, world, 0);
  const next = world.messages.reduce((best, { at }, index) => (at < (world.messages[best]?.at ?? 0) ? index : best), 0);
  const messageAt = world.messages[next]?.at ?? Number.POSITIVE_INFINITY;
  return messageAt <= (world.alarmAt ?? Number.POSITIVE_INFINITY) ? deliver(rules, world, next) : goOff(rules, world);
}

function isAtRest(world: World): boolean {
  const { document, d1 } = world;
  const isStored = document.settling.length === 0 && (d1?.revision ?? 0) >= document.counters.revision;
  return document.head === null && isStored && isTold(world);
}

export interface Explored {
  worlds: number;
  moves: number;
  /** Null: all rules hold everywhere. */
  violation: { rule: string; path: string[] } | null;
}

/** Explores a scenario with the rules, or with those of a mutant, until the first violation. */
export function explore(budget: Partial<Budget>, rules: Rules = RULES, most = 1_000_000): Explored {
  const start = newWorld(budget);
  const seen = new Map<string, { from: string; by: string }>();
  const ends = new Set<string>();
  let made = 0;
  let layer: [string, World][] = [[keyOf(start), start]];
  seen.set(keyOf(start), { from: '', by: '' });
  let at = { key: '', by: '' };
  try {
    while (layer.length > 0 && seen.size < most) {
      const next: [string, World][] = [];
      for (const [key, world] of layer) {
        at = { key, by: 'in the end' };
        checkEnds(rules, world, ends);
        at.by = 'next';
        for (const [by, after] of moves(rules, world)) {
          if (after === null) continue;
          made += 1;
          at = { key, by };
          checkMove(world, after);
          checkWorld(after);
          const afterKey = keyOf(after);
          if (seen.has(afterKey)) continue;
          seen.set(afterKey, { from: key, by });
          next.push([afterKey, after]);
        }
      }
      layer = next;
    }
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    return { worlds: seen.size, moves: made, violation: { rule: error.message, path: pathTo(seen, at) } };
  }
  return { worlds: seen.size, moves: made, violation: null };
}

/**
 * Checks that accepted tasks end when there are no more faults. Worlds that are known to end are not followed again.
 */
function checkEnds(rules: Rules, world: World, ends: Set<string>): void {
  const passed: string[] = [];
  let at = world;
  for (let steps = 0; !isAtRest(at); steps += 1) {
    const key = keyOf(at);
    if (ends.has(key)) break;
    passed.push(key);
    must(steps < FAIR_STEPS, 'every accepted task ends');
    const next = fairMove(rules, at);
    must(next !== null, 'every accepted task ends: nothing is left that would go on with it');
    if (next === null) return;
    checkMove(at, next);
    checkWorld(next);
    at = next;
  }
  if (isAtRest(at)) checkTold(at);
  for (const key of passed) ends.add(key);
}

/** Identifies a world; the order of things under way at the same time does not matter. */
function keyOf(world: World): string {
  const messages = world.messages.toSorted((a, b) => a.at - b.at || a.taskId.localeCompare(b.taskId));
  const consumers = world.consumers.toSorted((a, b) => a.fence - b.fence);
  const writes = world.writes.toSorted((a, b) => a.entry.revision - b.entry.revision);
  return hash('sha1', JSON.stringify({ ...world, messages, consumers, writes }), 'base64');
}

function pathTo(seen: Map<string, { from: string; by: string }>, last: { key: string; by: string }): string[] {
  const path = [last.by];
  for (let step = seen.get(last.key); step !== undefined && step.from !== ''; step = seen.get(step.from))
    path.push(step.by);
  return path.reverse();
}

/** Runs sequences of commands, each on its own cache, until nothing is left to do. */

import fc from 'fast-check';
import { namedBlobs } from '../../../src/core/task-machine/owed.ts';
import { statements } from '../object-worker.ts';
import { blobName, must, Violation } from '../task-machine/world.ts';
import { ASKING } from './asking.ts';
import { clock } from './clock.ts';
import { perform, sequencesOf } from './command.ts';
import { COMMIT, CONSUMING, DELIVER, LOAD } from './consuming.ts';
import { HAPPENING, LATE_WRITE, RING } from './happening.ts';
import { Model } from './model.ts';
import { OVERLAPPING } from './overlapping.ts';
import { RealCache } from './real-cache.ts';
import { RULES, type Rules } from './rules.ts';
import { Tally } from './tally.ts';
import { beWell, checkTold, SET_WATCH, WATCHING } from './watching.ts';

const KINDS = [...ASKING, ...CONSUMING, ...HAPPENING, ...OVERLAPPING, ...WATCHING];
/** Length of a random sequence, before commands that are impossible at their turn are left out. */
const MAX_COMMANDS = 250;
/** Steps without faults after which nothing may be left to do. */
const FAIR_STEPS = 300;

/** These commands broke a rule, in the campaign with this seed. */
export interface Broken {
  rule: string;
  commands: string;
  seed: number;
}

/**
 * Runs this many sequences until one breaks a rule. That one is shrunk to the commands that matter, unless the rules are
 * a mutant's.
 * Null: all rules hold. What happened is added to the tally.
 */
export async function campaign(
  seed: number,
  numRuns: number,
  tally: Tally = new Tally(),
  rules: Rules = RULES,
): Promise<Broken | null> {
  const property = fc.asyncProperty(sequencesOf(KINDS, MAX_COMMANDS), async (commands) => {
    clock.restart();
    const real = new RealCache();
    const model = new Model(real, tally, rules);
    try {
      await fc.asyncModelRun(() => ({ model, real }), commands);
      await drain(model, real);
    } finally {
      real.forget();
    }
  });
  statements.rewrite = rules.rewrite;
  const run = await fc.check(property, { seed, numRuns, endOnFailure: rules !== RULES });
  statements.rewrite = RULES.rewrite;
  if (!run.failed) return null;
  if (!(run.errorInstance instanceof Violation)) throw run.errorInstance;
  return { rule: run.errorInstance.message, commands: String(run.counterexample?.[0]), seed };
}

/** No more faults: running work ends, then time passes until nothing is owed. */
async function drain(model: Model, real: RealCache): Promise<void> {
  model.weather.isAway = false;
  beWell(model.hubs);
  await fairSteps(model, real, isIdle);
  checkTold(model);
  // Otherwise the cache would be loaded again and again.
  for (const hub of model.hubs) hub.isNeeded = false;
  await fairSteps(model, real, isAtRest);
  // Devices that come back: the cache is kept fresh again.
  if (model.seen.document.rests === true) await perform(SET_WATCH, model, real, CALM);
  for (const hub of model.hubs) hub.isNeeded = false;
  // Late writes come last of all: they bring old data.
  while (model.weather.late.length > 0) await perform(LATE_WRITE, model, real, CALM);
  const { document, d1, blobs } = model.seen;
  for (const { taskId } of model.asks) must(model.ended.has(taskId), 'every accepted task ends');
  must((d1?.revision ?? 0) === document.counters.revision, 'D1 agrees with the object in the end');
  const named = namedBlobs(document, 0).map(blobName);
  must(blobs.length === named.length, 'in the end R2 holds what is named, and nothing else');
}

async function fairSteps(model: Model, real: RealCache, isDone: (model: Model) => boolean): Promise<void> {
  for (let steps = 0; !isDone(model); steps += 1) {
    must(steps < FAIR_STEPS, 'every accepted task ends');
    await fairStep(model, real);
  }
}

/** Nothing is under way; removals may be owed. */
function isIdle({ seen: { document }, messages, consumers }: Model): boolean {
  const { head, settling, stored, news } = document;
  const isBusy = messages.length + consumers.length + settling.length > 0;
  return !isBusy && head === null && stored.retryAt === null && news === undefined;
}

function isAtRest(model: Model): boolean {
  return isIdle(model) && model.seen.document.owed.length === 0;
}

/** Continues what is under way; otherwise the next message or the alarm comes, whichever is earlier. */
async function fairStep(model: Model, real: RealCache): Promise<void> {
  for (const kind of [LOAD, COMMIT]) {
    if (kind.can?.(model)) return perform(kind, model, real, CALM);
  }
  model.messages.sort((a, b) => a.at - b.at);
  const messageAt = model.messages[0]?.at ?? Number.POSITIVE_INFINITY;
  const alarmAt = model.seen.alarmAt ?? Number.POSITIVE_INFINITY;
  must(Math.min(messageAt, alarmAt) < Number.POSITIVE_INFINITY, 'every accepted task ends: somebody goes on with it');
  await perform(messageAt <= alarmAt ? DELIVER : RING, model, real);
}

/** A pick with which no answer is lost, and a late write comes once. */
const CALM = 1;

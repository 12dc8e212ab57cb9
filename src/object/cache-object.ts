/**
 * The cache object: decides what is current for one cache key (DESIGN "A refresh, step by step"). This file has only
 * verbs and the alarm. The rules are in core/task-machine, the rows in key-rows.ts, calls to other services in
 * effects.ts.
 */

import { DurableObject } from 'cloudflare:workers';
import type { WatchAnswer, WatchRequest } from '../contract/live.ts';
import { hasEnded } from '../contract/task.ts';
import type { EventName, Events, Step } from '../core/task-machine/events.ts';
import { log, withLogFields } from '../log.ts';
import type { EncodedAnswer, EncodedVerbs } from '../ports/encoded-verbs.ts';
import { NAMELESS } from '../ports/entry.ts';
import type * as contract from '../ports/object.ts';
import { readSettings } from '../settings.ts';
import { r2Blobs } from '../stores/blobs.ts';
import { entriesIn } from '../stores/databases.ts';
import { withTimeout } from '../waiting.ts';
import { type Outside, removeBlobs, sendMessages, storeEntry } from './effects.ts';
import { HeldWaits } from './held-waits.ts';
import { liveHubs } from './hub-client.ts';
import { KeyRows, type Where } from './key-rows.ts';
import { askHubs, tellWatchers } from './watchers.ts';

/** How long after an alarm that failed or could do nothing the next one comes, ms. */
const ALARM_RETRY_MS = 60_000;

/** How long a purge waits for D1's answer about a key that the object does not know, ms. */
const RECALL_TIMEOUT_MS = 3_000;

/** The verbs of ports/object.ts. Everything else is `#private`, since callers of the stub can call every public method. */
export class CacheObject extends DurableObject<Env> implements EncodedVerbs {
  readonly #held = new HeldWaits();
  readonly #rows: KeyRows;
  #madeOutside: Outside | null = null;
  /** How many times hubs have asked to be told. */
  #watches = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#rows = new KeyRows(ctx.storage, (taskId) => this.#held.release(taskId));
  }

  /** Made at first use: if the constructor threw, the platform would give up the alarm, and all owed work would be lost. */
  get #outside(): Outside {
    const { env } = this;
    this.#madeOutside ??= {
      queue: env.REFRESH_QUEUE,
      slowQueue: env.REFRESH_SLOW_QUEUE,
      entries: entriesIn(env, readSettings(env).entryShards),
      blobs: r2Blobs(env.BLOBS),
      hubs: liveHubs(env.LIVE_HUB),
    };
    return this.#madeOutside;
  }

  async enqueue(request: contract.EnqueueRequest): Promise<EncodedAnswer<contract.EnqueueAnswer>> {
    return encodeAnswer(await this.#enqueue(request));
  }

  async #enqueue(request: contract.EnqueueRequest): Promise<contract.EnqueueAnswer> {
    if (this.#rows.areNewer) return { outcome: 'unavailable' };
    if (request.onlyKnown === true && this.#rows.find(request.cache) === null) return { outcome: 'unknown' };
    const step = await this.#rows.enqueue(request);
    const { requestId } = request;
    const { answer } = withLogFields({ request_id: requestId }, () => this.#carryOut(step, requestId));
    if (answer.outcome !== 'task' || hasEnded(answer.task.state) || request.waitMs <= 0) return answer;
    const { taskId } = answer.task;
    await this.#held.until(taskId, request.waitMs);
    const seen = await this.#state(taskId);
    return seen.outcome === 'found' ? { ...seen, outcome: 'task' } : answer;
  }

  /** If the task only waited for D1, and D1 has now answered, asks the machine a second time. */
  async claim(request: contract.ClaimRequest): Promise<EncodedAnswer<contract.ClaimAnswer>> {
    const first = await this.#ask(request, 'claim', request, { outcome: 'ended' });
    if (first.answer.outcome !== 'not_due' || first.stored === NOTHING || !(await first.stored))
      return encodeAnswer(first.answer);
    return encodeAnswer((await this.#ask(request, 'claim', request, { outcome: 'ended' })).answer);
  }

  /** Answers once D1 has taken the version, or has failed to take it; after a failure the alarm tries again. */
  async commit(request: contract.CommitRequest): Promise<EncodedAnswer<contract.CommitAnswer>> {
    const first = await this.#ask(request, 'commit', request, { outcome: 'stale_lease' });
    if (first.answer.outcome !== 'settling' || !(await first.stored)) return encodeAnswer(first.answer);
    return encodeAnswer((await this.#ask(request, 'commit', request, { outcome: 'stale_lease' })).answer);
  }

  async fail(request: contract.FailRequest): Promise<EncodedAnswer<contract.FailAnswer>> {
    const { answer, stored } = await this.#ask(request, 'fail', request, { outcome: 'stale_lease' });
    await stored;
    return encodeAnswer(answer);
  }

  async state(taskId: string): Promise<EncodedAnswer<contract.StateAnswer>> {
    return encodeAnswer(await this.#state(taskId));
  }

  async #state(taskId: string): Promise<contract.StateAnswer> {
    if (this.#rows.areNewer) return { outcome: 'unavailable' };
    const done = await this.#rows.look(taskId);
    return done === null ? { outcome: 'unknown' } : this.#carryOut(done).answer;
  }

  async revoke(request: contract.RevokeRequest): Promise<EncodedAnswer<contract.RevokeAnswer>> {
    return encodeAnswer((await this.#ask(request, 'revoke', request, { outcome: 'unknown' })).answer);
  }

  /**
   * @throws Error when D1 has not taken the purge. It is in effect here and the alarm repeats the write, but reads may
   * still see old data.
   */
  async purge(request: contract.PurgeRequest): Promise<EncodedAnswer<contract.PurgeAnswer>> {
    if (!this.#rows.areNewer) await this.#recall(request.key);
    const { answer, stored } = await this.#ask(request, 'purge', request, { outcome: 'unknown' });
    if (!(await stored)) throw new Error('the purge has not reached D1 yet');
    return encodeAnswer(answer);
  }

  /** D1 may know a key that this object has lost. Restores its identity, so that what was loaded earlier can be purged too. */
  async #recall(key: string): Promise<void> {
    if (this.#rows.find({ key }) !== null) return;
    const inD1 = await withTimeout(this.#outside.entries.find(key), RECALL_TIMEOUT_MS);
    if (inD1 === null || inD1.resource === NAMELESS) return;
    const { resource, parameters, owner } = inD1;
    this.#rows.recall({ key, resource, parameters, owner });
  }

  async entry(key: string): Promise<EncodedAnswer<contract.EntryAnswer>> {
    const { answer, stored } = await this.#ask({ key }, 'entry', { key }, { outcome: 'unknown' });
    await stored;
    return encodeAnswer(answer);
  }

  /** Only reads; due work is left to the alarm. */
  async tasks(key: string, limit: number): Promise<EncodedAnswer<contract.TasksAnswer>> {
    if (this.#rows.areNewer) return encodeAnswer({ outcome: 'unavailable' });
    const tasks = this.#rows.tasks(key, limit);
    return encodeAnswer(tasks === null ? { outcome: 'unknown' } : { outcome: 'found', tasks });
  }

  async watch(request: WatchRequest): Promise<EncodedAnswer<WatchAnswer>> {
    this.#watches += 1;
    return encodeAnswer((await this.#ask({ key: request.key }, 'watch', request, { outcome: 'unknown' })).answer);
  }

  async wake(taskId: string): Promise<void> {
    await this.#ask({ taskId }, 'wake', { taskId }, undefined);
  }

  /**
   * Never throws: the platform gives up an alarm after some failures. Each step sets the next alarm from the rows
   * before any effect.
   */
  override async alarm(): Promise<void> {
    try {
      if (this.#rows.areNewer) await this.ctx.storage.setAlarm(Date.now() + ALARM_RETRY_MS);
      else for (const key of this.#rows.keys()) await this.#doDue(key);
    } catch (error) {
      log('error', 'alarm.failed', { error });
      await this.ctx.storage.setAlarm(Date.now() + ALARM_RETRY_MS);
    }
  }

  async #doDue(key: string): Promise<void> {
    await this.#rows.sweep(key);
    const done = await this.#rows.run({ key }, 'alarm', {});
    if (done === null) return;
    await this.#carryOut(done).stored;
    if (done.effects.ask) await this.#freshen(key);
    await removeBlobs(key, done.effects.remove, this.#rows, this.#outside);
  }

  #tell(key: string): void {
    this.ctx.waitUntil(tellWatchers(key, this.#rows, this.#outside.hubs));
  }

  /** Loads a watched cache that has expired, as a read would, if a hub still needs it. */
  async #freshen(key: string): Promise<void> {
    const before = this.#watches;
    const answer = await askHubs(key, this.#rows, this.#outside.hubs);
    if (!Array.isArray(answer)) await this.#ask({ key }, 'freshen', answer, undefined);
    // A hub that answered that nobody is left may have asked again since, under the same number.
    else await this.#ask({ key }, 'rest', { asked: this.#watches === before ? answer : [] }, undefined);
  }

  /** One step; its effects are in progress. `stored`: whether D1 has taken the entry; true when there was nothing to write. */
  async #ask<N extends EventName>(
    where: Where,
    name: N,
    request: Events[N]['request'],
    otherwise: Events[N]['answer'],
  ): Promise<Asked<N>> {
    if (this.#rows.areNewer) return { answer: { outcome: 'unavailable' } as Events[N]['answer'], stored: NOTHING };
    const done = await this.#rows.run(where, name, request);
    return done === null ? { answer: otherwise, stored: NOTHING } : this.#carryOut(done);
  }

  #carryOut<N extends EventName>({ document, answer, effects }: Step<N>, requestId?: string): Asked<N> {
    if (effects.send.length > 0) {
      this.ctx.waitUntil(sendMessages(effects.send, document, this.#outside, requestId));
    }
    const { key } = document.cache;
    if (effects.poke) this.#tell(key);
    if (!effects.store) return { answer, stored: NOTHING };
    const stored = storeEntry(key, this.#rows, this.#outside, () => this.#tell(key));
    this.ctx.waitUntil(stored);
    return { answer, stored };
  }
}

interface Asked<N extends EventName> {
  answer: Events[N]['answer'];
  stored: Promise<boolean>;
}

const NOTHING = Promise.resolve(true);

/** Answers consist of what rows hold, and JSON can represent all of it. */
function encodeAnswer<Answer>(answer: Answer): EncodedAnswer<Answer> {
  return JSON.stringify(answer);
}

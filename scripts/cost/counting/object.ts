/** The cache object, its storage counted and its alarm in our hands. */

import { CacheObject as DeployedObject } from '../../../src/object/cache-object.ts';
import { countedEnv } from './bindings.ts';
import { alarmOf, putForward, setAlarmOf } from './clock.ts';
import { during, tally } from './tally.ts';

const VERBS = ['enqueue', 'claim', 'commit', 'fail', 'state', 'revoke', 'purge', 'entry', 'wake', 'alarm'] as const;

const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
/** How many calls and background works of each object are under way, and since when, ms. */
const awake = new Map<string, { works: number; since: number }>();

/** Moves what the cursors have read and written to the tally. */
export function settleObjects(): void {
  for (const { rowsRead, rowsWritten } of cursors.splice(0)) {
    tally.objectRowsRead += rowsRead;
    tally.objectRowsWritten += rowsWritten;
  }
}

/** The object as deployed, counted. It is awake, and billed, from its first call till the last work is done. */
export class CacheObject extends DeployedObject {
  constructor(ctx: DurableObjectState, env: Env) {
    super(countedState(ctx), countedEnv(env, 'object'));
  }

  /** Fires the alarms that come within `ms`, each at its time, and puts the clock that far forward. */
  async passTime(ms: number): Promise<void> {
    const until = Date.now() + ms;
    for (let at = this.#alarmAt(); at !== null && at <= until; at = this.#alarmAt()) {
      putForward(Math.max(0, at - Date.now()));
      setAlarmOf(this.ctx.id.toString(), null);
      tally.objectRequests += 1;
      tally.logEvents += 1;
      await this.alarm();
    }
    putForward(Math.max(0, until - Date.now()));
  }

  /** Size of the object's database, bytes. */
  bytes(): number {
    return this.ctx.storage.sql.databaseSize;
  }

  /** Leaves memory, as an object does that nobody calls for some seconds. */
  leave(): void {
    this.ctx.abort('it is to be made anew by its next call');
  }

  #alarmAt(): number | null {
    return alarmOf(this.ctx.id.toString());
  }
}

for (const verb of VERBS) {
  const deployed = DeployedObject.prototype[verb] as (...args: unknown[]) => Promise<unknown>;
  Object.defineProperty(CacheObject.prototype, verb, {
    value(this: CacheObject & { ctx: DurableObjectState }, ...args: unknown[]) {
      return whileAwake(this.ctx.id.toString(), () => Reflect.apply(deployed, this, args) as Promise<unknown>);
    },
  });
}

function countedState(ctx: DurableObjectState): DurableObjectState {
  const { storage } = ctx;
  const id = ctx.id.toString();
  const exec = storage.sql.exec.bind(storage.sql);
  const waitUntil = ctx.waitUntil.bind(ctx);
  define(storage.sql, 'exec', (query: string, ...values: unknown[]) => {
    const cursor = exec(query, ...values);
    cursors.push(cursor);
    return cursor;
  });
  define(storage, 'setAlarm', async (at: number | Date) => {
    tally.objectRowsWritten += 1;
    setAlarmOf(id, Number(at));
  });
  define(storage, 'getAlarm', async () => alarmOf(id));
  define(ctx, 'waitUntil', (work: Promise<unknown>) => waitUntil(whileAwake(id, () => work)));
  return ctx;
}

function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, configurable: true });
}

async function whileAwake<Result>(id: string, work: () => Promise<Result>): Promise<Result> {
  const state = awake.get(id) ?? { works: 0, since: 0 };
  awake.set(id, state);
  if (state.works === 0) state.since = performance.now();
  state.works += 1;
  try {
    return await during(work);
  } finally {
    state.works -= 1;
    if (state.works === 0) tally.objectMs += performance.now() - state.since;
  }
}

/** Durable Objects of any class, with counted storage and alarms that the measurement controls. */

import { countedEnv } from './bindings.ts';
import { alarmOf, putForward, setAlarmOf } from './clock.ts';
import { during, tally } from './tally.ts';

/** What `control` (index.ts) calls on a counted object besides its verbs. */
export interface CountedObject {
  /** Fires the alarms that are due within `ms`, each at its time, and moves the clock forward by that time. */
  passTime(ms: number): Promise<void>;
  /** Size of the object's database. */
  bytes(): Promise<number>;
  /** Removes the object from memory, as the platform does after some seconds without a call. */
  leave(): void;
}

/** The methods of an object that the platform calls. */
interface Deployed {
  alarm(): Promise<void>;
}
type DeployedClass = new (ctx: DurableObjectState, env: Env) => Deployed;

const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
/** How many calls and background tasks of each object are running, and since when, ms. */
const awake = new Map<string, { works: number; since: number }>();

/** Moves the cursors' counts of read and written rows to the tally. */
export function settleObjects(): void {
  for (const { rowsRead, rowsWritten } of cursors.splice(0)) {
    tally.objectRowsRead += rowsRead;
    tally.objectRowsWritten += rowsWritten;
  }
}

/**
 * The class as deployed, with counts. An object is awake, and billed, from the first call of one of `verbs` until its
 * last work is done.
 */
export function countedClass<Class extends DeployedClass>(deployed: Class, verbs: readonly string[]): Class {
  class Counted extends (deployed as DeployedClass) implements CountedObject {
    readonly #state: DurableObjectState;

    constructor(ctx: DurableObjectState, env: Env) {
      super(countedState(ctx), countedEnv(env, 'object'));
      this.#state = ctx;
    }

    async passTime(ms: number): Promise<void> {
      const until = Date.now() + ms;
      for (let at = this.#alarmAt(); at !== null && at <= until; at = this.#alarmAt()) {
        putForward(Math.max(0, at - Date.now()));
        setAlarmOf(this.#state.id.toString(), null);
        tally.objectRequests += 1;
        await this.alarm();
      }
      putForward(Math.max(0, until - Date.now()));
    }

    async bytes(): Promise<number> {
      return this.#state.storage.sql.databaseSize;
    }

    leave(): void {
      this.#state.abort('it is to be made anew by its next call');
    }

    #alarmAt(): number | null {
      return alarmOf(this.#state.id.toString());
    }
  }
  for (const verb of verbs) {
    const asDeployed = deployed.prototype[verb] as (...args: unknown[]) => Promise<unknown>;
    define(Counted.prototype, verb, function (this: { ctx: DurableObjectState }, ...args: unknown[]) {
      return whileAwake(this.ctx.id.toString(), () => Reflect.apply(asDeployed, this, args) as Promise<unknown>);
    });
  }
  return Counted as unknown as Class;
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

/** Replaces a property that cannot be assigned. */
export function define(target: object, name: string, value: unknown): void {
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

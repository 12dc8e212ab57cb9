/**
 * The service with counted bindings: src/index.ts unchanged, in an entry that also answers below `/cost/`, for
 * tools/measure/cost/counted-service.ts. All counts are in the one isolate of a local Worker.
 */

import service from '../../../../src/index.ts';
import { roleOf } from '../../../../src/queues/handle-batch.ts';
import { countedBatch, countedEnv, settleDatabases } from './bindings.ts';
import { beginHour, putForward, startClock } from './clock.ts';
import { type CountedObject, settleObjects } from './object.ts';
import { during, holdQueues, resetTally, tally, untilConsumed, untilQuiet } from './tally.ts';

// The priced fleets have no sources.
export { SourceGate } from '../../../../src/object/source-gate.ts';
export { CacheObject } from './cache-object.ts';
export { LiveHub } from './live-hub.ts';

startClock();
countCaches();
countLogs();

let known: Env | null = null;

export default {
  async fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname.startsWith('/cost/')) return control(pathname.slice('/cost/'.length), searchParams, env, ctx);
    countInvocation();
    return during(() => service.fetch(request, envOf(env), countedContext(ctx)));
  },

  async queue(batch, env, ctx) {
    await untilConsumed();
    countInvocation();
    if (roleOf(batch.queue)?.startsWith('refresh')) tally.loads += batch.messages.length;
    await during(() => service.queue(countedBatch(batch) as MessageBatch<never>, envOf(env), countedContext(ctx)));
  },
} satisfies ExportedHandler<Env>;

async function control(verb: string, asked: URLSearchParams, env: Env, ctx: ExecutionContext): Promise<Response> {
  const ms = Number(asked.get('ms'));
  const object = objectOf(env, asked.get('object') ?? '');
  switch (verb) {
    case 'reset':
      await settled();
      resetTally();
      break;
    case 'counts':
      await settled();
      return Response.json(tally);
    case 'hold':
      holdQueues(true);
      break;
    case 'release':
      holdQueues(false);
      break;
    case 'clock':
      putForward(ms);
      break;
    case 'hour':
      beginHour();
      break;
    case 'pass':
      await object.passTime(ms);
      break;
    case 'leave':
      await Promise.resolve(object.leave()).catch(() => undefined);
      break;
    case 'bytes':
      return Response.json(await object.bytes());
    case 'cron':
      countInvocation();
      await during(() => service.scheduled(cronEvent(), envOf(env), countedContext(ctx)));
      break;
    default:
      return new Response('there is no such verb', { status: 404 });
  }
  return new Response(null, { status: 204 });
}

/** A cache's object by its name, or a hub by `hub` and its number. */
function objectOf(env: Env, name: string): CountedObject {
  const [, hub] = /^hub (\d+)$/.exec(name) ?? [];
  const stub = hub === undefined ? env.CACHE_OBJECT.getByName(name) : env.LIVE_HUB.getByName(hub);
  return stub as unknown as CountedObject;
}

async function settled(): Promise<void> {
  await untilQuiet();
  settleDatabases();
  settleObjects();
}

function cronEvent(): ScheduledController {
  return { scheduledTime: Date.now(), cron: '* * * * *', noRetry: () => {} } as ScheduledController;
}

function envOf(env: Env): Env {
  known ??= countedEnv(env, 'worker');
  return known;
}

function countedContext(ctx: ExecutionContext): ExecutionContext {
  return {
    props: ctx.props,
    passThroughOnException: () => ctx.passThroughOnException(),
    waitUntil: (work: Promise<unknown>) => ctx.waitUntil(during(() => work)),
  } as ExecutionContext;
}

/** The platform writes no log line of its own for an invocation (`invocation_logs` in wrangler.toml). */
function countInvocation(): void {
  tally.workerRequests += 1;
}

function countCaches(): void {
  const open = caches.open.bind(caches);
  Object.defineProperty(caches, 'open', {
    value: async (name: string) => {
      const cache = await open(name);
      const counted =
        (call: 'match' | 'put') =>
        (...args: unknown[]) => {
          tally[call === 'match' ? 'cacheMatches' : 'cachePuts'] += 1;
          return Reflect.apply(cache[call], cache, args) as Promise<unknown>;
        };
      return { match: counted('match'), put: counted('put') };
    },
  });
}

function countLogs(): void {
  for (const level of ['info', 'warn', 'error'] as const) {
    const write = console[level].bind(console);
    console[level] = (line: unknown) => {
      tally[String(line).startsWith('{"level":"info"') ? 'infoLines' : 'otherLines'] += 1;
      if (level !== 'info') write(line);
    };
  }
}

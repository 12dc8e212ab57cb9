/** The Worker's bindings: the real ones, with counts. */

import { recordingDatabase } from '../../../../test/support/database.ts';
import type { Meter } from '../counts.ts';
import { during, noteMessages, tally } from './tally.ts';

/** Queues bill by 64 KB of 1,000 bytes; about this many bytes of each message belong to the platform. */
const QUEUE_UNIT_BYTES = 64_000;
const QUEUE_OVERHEAD_BYTES = 100;

const recordings: (ReturnType<typeof recordingDatabase> & { place: Place })[] = [];

type Place = 'worker' | 'object';
/** Makes a call of another store or object, with counts. */
type Remote = <Result>(call: () => Promise<Result>) => Promise<Result>;

/** The same environment with counts; an object stays awake during its calls. */
export function countedEnv(env: Env, place: Place): Env {
  const remote: Remote = place === 'object' ? waitingOnce() : (call) => call();
  const bindings = Object.entries(env).map(([name, binding]) => [name, counted(name, binding, place, remote)]);
  return Object.fromEntries(bindings) as Env;
}

/** An object waits only once for calls that are under way at the same time. */
function waitingOnce(): Remote {
  let calls = 0;
  return async (call) => {
    if (calls === 0) tally.objectRemoteCalls += 1;
    calls += 1;
    try {
      return await call();
    } finally {
      calls -= 1;
    }
  };
}

function counted(name: string, binding: unknown, place: Place, remote: Remote): unknown {
  if (typeof binding !== 'object' || binding === null) return binding;
  if ('prepare' in binding) return countedDatabase(binding as D1Database, place);
  if ('createMultipartUpload' in binding) return countedBucket(binding as R2Bucket, remote);
  if ('sendBatch' in binding) return countedQueue(name, binding as Queue, remote);
  if ('getByName' in binding) return countedObjects(binding as DurableObjectNamespace, remote);
  if ('writeDataPoint' in binding) return countedDataset();
  return binding;
}

/** Moves the figures that D1 returned with its statements to the tally. */
export function settleDatabases(): void {
  for (const { statements, metas, place } of recordings) {
    tally.d1Queries += statements.length;
    if (place === 'object') tally.objectRemoteCalls += statements.length;
    for (const meta of metas) {
      tally.d1RowsRead += meta.rows_read;
      tally.d1RowsWritten += meta.rows_written;
    }
    statements.length = 0;
    metas.length = 0;
  }
}

function countedDatabase(inner: D1Database, place: Place): D1Database {
  const recording = recordingDatabase(inner);
  recordings.push({ ...recording, place });
  return recording.db;
}

function countedBucket(inner: R2Bucket, remote: Remote): R2Bucket {
  const calls = {
    async put(...args: Parameters<R2Bucket['put']>) {
      tally.r2ClassA += 1;
      const stored = await remote(() => inner.put(...args));
      tally.r2Bytes += stored?.size ?? 0;
      return stored;
    },
    get: (...args: Parameters<R2Bucket['get']>) => {
      tally.r2ClassB += 1;
      return remote(() => inner.get(...args));
    },
    delete: (names: string | string[]) => {
      tally.r2Deletes += 1;
      return remote(() => inner.delete(names));
    },
  };
  return { ...inner, ...calls } as unknown as R2Bucket;
}

function countedQueue(name: string, inner: Queue, remote: Remote): Queue {
  const note = (body: unknown) => {
    const bytes = messageBytes(body);
    tally[meterOf(name)] += 1;
    tally.queueBytes += bytes;
    tally.queueOperations += operationsFor(bytes);
  };
  const send = (body: unknown, options?: QueueSendOptions) => {
    note(body);
    // A delayed message is not waited for.
    if ((options?.delaySeconds ?? 0) === 0) noteMessages(1);
    return during(() => remote(() => inner.send(body, options)));
  };
  const sendBatch = (messages: Iterable<MessageSendRequest>) => {
    const all = [...messages];
    for (const { body } of all) note(body);
    noteMessages(all.length);
    return during(() => remote(() => inner.sendBatch(all)));
  };
  return { send, sendBatch } as unknown as Queue;
}

function meterOf(binding: string): Meter {
  if (binding.startsWith('SYNC')) return 'syncMessages';
  return binding.startsWith('WEBHOOK') ? 'webhookMessages' : 'refreshMessages';
}

function messageBytes(body: unknown): number {
  return new TextEncoder().encode(JSON.stringify(body)).byteLength + QUEUE_OVERHEAD_BYTES;
}

function operationsFor(bytes: number): number {
  return Math.ceil(bytes / QUEUE_UNIT_BYTES);
}

/** A batch whose messages count their cost: a read each, and a delete when they are acknowledged. */
export function countedBatch(batch: MessageBatch): MessageBatch {
  const messages = batch.messages.map((message) => {
    const units = operationsFor(messageBytes(message.body));
    tally.queueOperations += units;
    return {
      id: message.id,
      timestamp: message.timestamp,
      attempts: message.attempts,
      body: message.body,
      ack() {
        tally.queueOperations += units;
        noteMessages(-1);
        message.ack();
      },
      retry: (options?: QueueRetryOptions) => message.retry(options),
    } as Message;
  });
  return { queue: batch.queue, messages, metadata: batch.metadata } as unknown as MessageBatch;
}

/** Each call of a stub is a separate request. */
function countedObjects(inner: DurableObjectNamespace, remote: Remote): DurableObjectNamespace {
  const getByName = (name: string) => {
    const stub = inner.getByName(name);
    return new Proxy(stub, {
      get(target, verb) {
        const member = Reflect.get(target, verb);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => {
          tally.objectRequests += 1;
          return during(() => remote(() => Reflect.apply(member, target, args) as Promise<unknown>));
        };
      },
    });
  };
  // A name's id is computed without a call.
  const idFromName = (name: string) => inner.idFromName(name);
  return { getByName, idFromName } as unknown as DurableObjectNamespace;
}

function countedDataset(): AnalyticsEngineDataset {
  return {
    writeDataPoint({ blobs }: AnalyticsEngineDataPoint = {}) {
      if (blobs?.[0] !== 'request') tally.dataPoints += 1;
    },
  };
}

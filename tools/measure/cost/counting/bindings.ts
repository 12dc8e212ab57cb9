/** The Worker's bindings: the real ones, with counts. */

import { recordingDatabase } from '../../../../test/support/database.ts';
import type { Meter } from '../counts.ts';
import { during, noteMessages, tally } from './tally.ts';

/** Queues bill by 64 KB of 1,000 bytes; about this many bytes of each message belong to the platform. */
const QUEUE_UNIT_BYTES = 64_000;
const QUEUE_OVERHEAD_BYTES = 100;

const recordings: (ReturnType<typeof recordingDatabase> & { remote: () => void })[] = [];

/** The same environment with counts; an object stays awake during its calls. */
export function countedEnv(env: Env, place: 'worker' | 'object'): Env {
  const remote = () => {
    if (place === 'object') tally.objectRemoteCalls += 1;
  };
  const bindings = Object.entries(env).map(([name, binding]) => [name, counted(name, binding, remote)]);
  return Object.fromEntries(bindings) as Env;
}

function counted(name: string, binding: unknown, remote: () => void): unknown {
  if (typeof binding !== 'object' || binding === null) return binding;
  if ('prepare' in binding) return countedDatabase(binding as D1Database, remote);
  if ('createMultipartUpload' in binding) return countedBucket(binding as R2Bucket, remote);
  if ('sendBatch' in binding) return countedQueue(name, binding as Queue, remote);
  if ('getByName' in binding) return countedObjects(binding as DurableObjectNamespace, remote);
  if ('writeDataPoint' in binding) return countedDataset();
  return binding;
}

/** Moves the figures that D1 returned with its statements to the tally. */
export function settleDatabases(): void {
  for (const { statements, metas, remote } of recordings) {
    tally.d1Queries += statements.length;
    for (const _statement of statements) remote();
    for (const meta of metas) {
      tally.d1RowsRead += meta.rows_read;
      tally.d1RowsWritten += meta.rows_written;
    }
    statements.length = 0;
    metas.length = 0;
  }
}

function countedDatabase(inner: D1Database, remote: () => void): D1Database {
  const recording = recordingDatabase(inner);
  recordings.push({ ...recording, remote });
  return recording.db;
}

function countedBucket(inner: R2Bucket, remote: () => void): R2Bucket {
  const calls = {
    async put(...args: Parameters<R2Bucket['put']>) {
      remote();
      tally.r2ClassA += 1;
      const stored = await inner.put(...args);
      tally.r2Bytes += stored?.size ?? 0;
      return stored;
    },
    get: (...args: Parameters<R2Bucket['get']>) => {
      remote();
      tally.r2ClassB += 1;
      return inner.get(...args);
    },
    delete: (names: string | string[]) => {
      remote();
      tally.r2Deletes += 1;
      return inner.delete(names);
    },
  };
  return { ...inner, ...calls } as unknown as R2Bucket;
}

function countedQueue(name: string, inner: Queue, remote: () => void): Queue {
  const note = (body: unknown) => {
    const bytes = messageBytes(body);
    tally[meterOf(name)] += 1;
    tally.queueBytes += bytes;
    tally.queueOperations += operationsFor(bytes);
  };
  const send = (body: unknown, options?: QueueSendOptions) => {
    remote();
    note(body);
    // A delayed message is not waited for.
    if ((options?.delaySeconds ?? 0) === 0) noteMessages(1);
    return during(() => inner.send(body, options));
  };
  const sendBatch = (messages: Iterable<MessageSendRequest>) => {
    remote();
    const all = [...messages];
    for (const { body } of all) note(body);
    noteMessages(all.length);
    return during(() => inner.sendBatch(all));
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
function countedObjects(inner: DurableObjectNamespace, remote: () => void): DurableObjectNamespace {
  const getByName = (name: string) => {
    const stub = inner.getByName(name);
    return new Proxy(stub, {
      get(target, verb) {
        const member = Reflect.get(target, verb);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => {
          remote();
          tally.objectRequests += 1;
          return during(() => Reflect.apply(member, target, args) as Promise<unknown>);
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

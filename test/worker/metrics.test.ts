/** Figures for the Analytics Engine, as docs/operations.md names their columns; and ids in the log. */
import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it, vi } from 'vitest';
import { API_BASE } from '../../src/contract/constants.ts';
import { cacheIdentity } from '../../src/core/cache-key.ts';
import worker from '../../src/index.ts';
import { datasetMetrics } from '../../src/metrics.ts';
import { sendUnder } from '../support/client.ts';
import { unique } from '../support/entries.ts';
import { lowered } from '../support/limits.ts';
import { Source } from '../support/sources.ts';
import { sampleRecord } from '../support/sync-records.ts';
import { bearer } from '../support/token.ts';
import { until } from '../support/until.ts';

/** A dataset that notes its points. */
function dataset() {
  const points: AnalyticsEngineDataPoint[] = [];
  const METRICS: AnalyticsEngineDataset = { writeDataPoint: (point = {}) => void points.push(point) };
  const of = (figure: string) => points.filter(({ indexes }) => indexes?.[0] === figure);
  return { METRICS, of };
}

/** Hands messages to the Worker as the platform would. */
async function deliver(queue: string, bodies: unknown[], bindings: Record<string, unknown>, agoMs = 0) {
  const messages = bodies.map((body, at) => ({
    id: `${at}`,
    timestamp: new Date(Date.now() - agoMs * (at + 1)),
    attempts: at + 1,
    body,
  }));
  const batch = createMessageBatch(queue, messages);
  const context = createExecutionContext();
  await worker.queue(batch, { ...env, ...bindings } as Env, context);
  return getQueueResult(batch, context);
}

it('requests are counted by route, method and status, and written together', async () => {
  const { METRICS, of } = dataset();
  const headers = await bearer({ user: unique('user') });
  // Some seconds after the last point, the next request writes.
  await until(async () => {
    await sendUnder({ METRICS }, `${API_BASE}/cache/`, { headers });
    await sendUnder({ METRICS }, `${API_BASE}/cache/state/?task_id=x`, { headers });
    await sendUnder({ METRICS }, `${API_BASE}/rpc/${unique('nothing')}/`, { headers });
    await sendUnder({ METRICS }, '/nowhere');
    const labels = of('request').map(({ blobs }) => blobs);
    expect(labels).toContainEqual(['request', '/api/v1/cache', 'GET', '200']);
    expect(labels).toContainEqual(['request', '/api/v1/cache/state', 'GET', '400']);
    expect(labels).toContainEqual(['request', '/api/v1/rpc/:title', 'GET', '404']);
    expect(labels).toContainEqual(['request', '(none)', 'GET', '404']);
  }, 200);
  for (const { doubles } of of('request')) expect(doubles).toHaveLength(4);
  const [count, totalMs, longestMs] = of('request')[0]?.doubles ?? [];
  expect(count).toBeGreaterThan(0);
  expect(totalMs).toBeGreaterThanOrEqual(longestMs ?? 0);
});

it('a refusal by a rate limit names the limit', async () => {
  const { METRICS, of } = dataset();
  const headers = await bearer({ user: unique('user') });
  await sendUnder({ METRICS, ...lowered('USER_REQUESTS', 0) }, `${API_BASE}/cache/`, { headers });
  expect(of('rate_limited')).toEqual([
    { indexes: ['rate_limited'], blobs: ['rate_limited', 'USER_REQUESTS'], doubles: [] },
  ]);
});

it('the id of a request reaches the log lines of the load that it asked for', async () => {
  const info = vi.spyOn(console, 'info').mockImplementation(() => {});
  const source = await Source.define();
  const requestId = unique('request');
  const headers = { ...(await bearer()), 'Content-Type': 'application/json', 'X-Request-Id': requestId };
  const body = JSON.stringify({ resource_title: source.title });
  const init = { method: 'POST', headers: { ...headers, Prefer: 'wait=10' }, body };
  const answer = await sendUnder({}, `${API_BASE}/cache/refresh/`, init);
  const { task_id: taskId } = await answer.json<{ task_id: string }>();
  const lines = info.mock.calls.map(([line]) => JSON.parse(String(line)));
  info.mockRestore();
  const { key } = cacheIdentity(source.title, {}, null);
  const line = { event: 'refresh.loaded', request_id: requestId, task_id: taskId, resource: source.title, key };
  expect(lines).toContainEqual(expect.objectContaining(line));
});

it('a batch tells how many came again, and how late the others are', async () => {
  const { METRICS, of } = dataset();
  await deliver('freshet-refresh-dead', ['garbage', 'garbage'], { METRICS }, 5000);
  const [point, ...others] = of('batch');
  expect([point?.blobs, others]).toEqual([['batch', 'freshet-refresh-dead'], []]);
  const [messages, repeated, lagMs] = point?.doubles ?? [];
  expect([messages, repeated]).toEqual([2, 1]);
  expect(lagMs).toBeGreaterThanOrEqual(5000);
  expect(lagMs).toBeLessThan(10_000);
});

it('the sync queue tells how many records and reads were written', async () => {
  const { METRICS, of } = dataset();
  const record = sampleRecord();
  const { explicitAcks } = await deliver(
    'freshet-sync',
    [
      { records: [record], read: [{ key: record.key, hour: 0 }] },
      { records: [record, sampleRecord()], read: [] },
    ],
    { METRICS },
  );
  expect(explicitAcks).toHaveLength(2);
  expect(of('sync')).toEqual([{ indexes: ['sync'], blobs: ['sync'], doubles: [2, 1] }]);
});

it.each([
  ['is not there', undefined],
  [
    'throws',
    {
      writeDataPoint: () => {
        throw new Error('too many points');
      },
    },
  ],
])('nothing fails when the dataset %s', async (_how, METRICS) => {
  expect((await sendUnder({ METRICS }, '/healthz')).status).toBe(200);
  expect(() => datasetMetrics(METRICS).write('sync', {}, { records: 1, reads: 1 })).not.toThrow();
});

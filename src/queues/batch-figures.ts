/** Figures of a batch for the operator: how many messages there are, and how late they arrive. */

import type { Metrics } from '../metrics.ts';

/**
 * Writes the figures of a batch. Only first deliveries count for the lag: a retried message is late on purpose.
 *
 * @param now when the batch arrived, ms since the epoch
 */
export function writeBatchFigures(metrics: Metrics, { queue, messages }: MessageBatch<unknown>, now: number): void {
  const first = messages.filter(({ attempts }) => attempts === 1);
  const lags = first.map(({ timestamp }) => now - timestamp.getTime());
  metrics.write(
    'batch',
    { queue },
    { messages: messages.length, repeated: messages.length - first.length, longest_lag_ms: Math.max(0, ...lags) },
  );
}

/** What the operator is told of a batch: how much there is, and how late it comes. */

import type { Metrics } from '../metrics.ts';

/**
 * Writes the figures of a batch. A message that was handed back comes late on purpose, so only first deliveries tell how
 * far the queue lags.
 *
 * @param now when the batch came, ms since the epoch
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

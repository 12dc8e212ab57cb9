/** What the Worker's own isolate has, apart from those of the local stores in the same process: V8's heap and buffers. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { MemorySample } from './limit.ts';

const EVERY_MS = 1000;
/** Of so many looks the largest is kept. */
const LOOKS = 5;
/** Name of the Worker's isolate at workerd's inspector. */
const TARGET = 'core:user:worker';

interface Reply {
  result?: { usedSize: number; backingStorageSize: number };
}

/** Looks each second, without a collection of garbage, until the signal or the end of the process; adds the most of each five looks to `samples`. */
export async function watchIsolate(port: number, samples: MemorySample[], signal: AbortSignal): Promise<void> {
  const startedAt = Date.now();
  // Without an origin of this machine the inspector lets nobody in. The types are the platform's, and know no headers.
  const options = { headers: { Origin: 'http://localhost' } } as unknown as string[];
  const socket = new WebSocket(`ws://127.0.0.1:${port}/${TARGET}`, options);
  let looks = 0;
  let most = 0;
  socket.addEventListener('message', ({ data }) => {
    const { result } = JSON.parse(String(data)) as Reply;
    const bytes = (result?.usedSize ?? 0) + (result?.backingStorageSize ?? 0);
    if (bytes === 0) return;
    looks += 1;
    most = Math.max(most, bytes);
    if (looks % LOOKS !== 0) return;
    samples.push([Math.round((Date.now() - startedAt) / 1000), most]);
    most = 0;
  });
  let hasEnded = false;
  for (const event of ['close', 'error'] as const) {
    socket.addEventListener(event, () => {
      hasEnded = true;
    });
  }
  for (let id = 1; !signal.aborted && !hasEnded; id += 1) {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ id, method: 'Runtime.getHeapUsage' }));
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  socket.close();
}

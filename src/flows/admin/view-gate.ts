/** The state of a source's gate, for administrators and for clients that wait for a task. */

import type { SourceState } from '../../contract/source.ts';
import type { WaitingFor } from '../../contract/task.ts';
import { limitsOf } from '../../core/source-limits.ts';
import { timestamp } from '../../core/timestamp.ts';
import { log } from '../../log.ts';
import type { GateView } from '../../ports/source-gate.ts';
import type { Task } from '../../ports/task.ts';
import { overloaded } from '../../stores/overloaded.ts';
import type { Services } from '../services.ts';

type GateServices = Pick<Services, 'gates' | 'resources'>;

/** Returns the state of a source's gate. @throws Problem `overloaded` if the gate does not answer */
export async function stateOfSource({ gates }: Pick<Services, 'gates'>, name: string): Promise<SourceState> {
  const gate = await gates(name)
    .view()
    .catch((cause: unknown) => {
      throw overloaded('The gate of this source does not answer now. Try again in a moment.', cause);
    });
  const { permits, closedUntil, closedBy, nextRequestAt, tokenEndsAt } = gate;
  return {
    permits,
    closed_until: timestamp(closedUntil),
    closed_by: closedBy,
    token_until: timestamp(tokenEndsAt),
    next_request: timestamp(nextRequestAt),
  };
}

/** Returns what a due task waits for at its source; null if it does not wait there, or if that is not known now. */
export async function waitingFor(services: GateServices, task: Task, now: number): Promise<WaitingFor | null> {
  // A task without a due time waits for another load of its cache.
  if ((task.state !== 'PENDING' && task.state !== 'RETRY') || task.dueAt === null || task.dueAt > now) return null;
  const resource = await services.resources.find(task.cache.resource);
  const source = resource?.source;
  const limits = limitsOf(source)?.limits;
  if (source === undefined || limits === undefined) return null;
  try {
    const gate = await services.gates(source.name).view();
    const until = gate.closedUntil ?? gate.nextRequestAt;
    if (until === null && !isFull(gate, limits.concurrency)) return null;
    return { source: source.name, until: timestamp(until) };
  } catch (error) {
    log('warn', 'gate.unreachable', { source: source.name, error });
    return null;
  }
}

function isFull({ permits }: GateView, concurrency: number | null): boolean {
  return concurrency !== null && permits >= concurrency;
}

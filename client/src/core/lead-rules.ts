/** Which tab talks to the network. */

import { mayAsk, rest } from './ask.ts';
import { changeAll, type Draft, isDue } from './draft.ts';
import type { ClientEvents } from './events.ts';
import { firstFullAt } from './pace.ts';
import { NEVER, SECOND_MS } from './times.ts';

/** A hidden tab hands over after the first, a silent one loses the lead after the second; it is probed every third. */
const HIDDEN_MS = 5 * SECOND_MS;
const SILENT_MS = 10 * SECOND_MS;
const PROBE_MS = 4 * SECOND_MS;

/** This tab leads now, or no longer leads. */
export function lead(d: Draft, { leads }: ClientEvents['lead']): void {
  if (leads === d.leads) return;
  d.leads = leads;
  d.isLeadWanted = false;
  d.heardAt = d.now;
  d.commands.push({ do: 'tell', event: { name: 'leader', why: leads ? 'begins' : 'ends' } });
  if (leads) rereadAll(d);
  else if (!mayAsk(d)) rest(d);
}

/** This tab may have missed what the previous leader stored. */
function rereadAll(d: Draft): void {
  d.fullAt = firstFullAt(d);
  for (const { id, phase, isRead } of d.caches.values()) {
    if (phase === 'resting' && isRead) d.commands.push({ do: 'read', cache: id });
  }
  changeAll(d, ({ phase, isRead }) => (phase === 'resting' && isRead ? { phase: 'reading' } : null));
}

/** Hands over the lead, or takes it from a tab that is silent. */
export function planLead(d: Draft): void {
  if (d.leads) {
    if (d.isLeadWanted && !d.isVisible && isDue(d, d.hiddenAt + HIDDEN_MS)) {
      d.isLeadWanted = false;
      d.commands.push({ do: 'yield' });
    }
    return;
  }
  if (!d.isVisible || d.isInMemory) return;
  if (isDue(d, d.heardAt + SILENT_MS)) {
    d.heardAt = d.now;
    d.commands.push({ do: 'steal' });
  }
  if (!isDue(d, d.probeAt)) return;
  d.probeAt = d.now + PROBE_MS;
  isDue(d, d.probeAt);
  d.commands.push({ do: 'probe' });
}

/** Restarts the wait for the leader: a tab that was hidden has heard nothing because it did not probe. */
export function beginProbing(d: Draft): void {
  d.heardAt = d.now;
  d.probeAt = -NEVER;
}

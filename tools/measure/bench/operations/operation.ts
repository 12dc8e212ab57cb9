/** An operation of the API, measured beside its floor: what is sent, what is right, and what the ratio must be. */

import type { Answer } from '../../harness/api.ts';
import type { Shot } from '../load/shot.ts';
import type { Pair } from '../setting.ts';

/** What is sent to one of them, and what is right. */
export interface Prepared {
  shot: Shot;
  /** Says what is wrong with an answer; null: nothing. */
  fault(answer: Answer): string | null;
}

/** One operation. */
export interface Operation {
  name: string;
  /** The least ratio of its rate to its floor's; null: it is only reported. */
  target: number | null;
  /** Whether the queues' messages are consumed meanwhile; without, what is measured is only what comes before them. */
  consumes: boolean;
  /** Whether each round leaves tasks whose alarms would be at work in the next: then each has a new pair of Workers. */
  leavesAlarms?: true;
  /** Fills the stores of both and says what is sent to each. */
  prepare(pair: Pair): Promise<Record<'service' | 'floor', Prepared>>;
}

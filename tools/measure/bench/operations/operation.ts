/** An operation of the API that is compared with its floor: the request, the check of answers, and the target ratio. */

import type { Answer } from '../../harness/api.ts';
import type { Shot } from '../load/shot.ts';
import type { Pair } from '../setting.ts';

/** The request to one of the two, and the check of its answers. */
export interface Prepared {
  shot: Shot;
  /** Says what is wrong with an answer; null: nothing. */
  fault(answer: Answer): string | null;
}

/** One operation. */
export interface Operation {
  name: string;
  /** The lowest acceptable ratio of its rate to its floor's; null: it is only reported. */
  target: number | null;
  /** Whether the queues' messages are consumed meanwhile; if not, only the work before them is measured. */
  consumes: boolean;
  /** Each round leaves tasks whose alarms would run during the next one, so each round has a new pair of Workers. */
  leavesAlarms?: true;
  /** Fills the stores of both and returns the request to each. */
  prepare(pair: Pair): Promise<Record<'service' | 'floor', Prepared>>;
}

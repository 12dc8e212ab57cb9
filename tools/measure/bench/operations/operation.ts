/** An operation of the API, measured beside its floor: what is sent, what is right, and what the ratio must be. */

import type { LocalWorker } from '../../harness/local-worker.ts';
import type { Answer } from '../load/call.ts';
import type { Shot } from '../load/wrk.ts';

/** The user who asks. */
export const USER = 'bench';

/** Whatever speaks the API. */
export interface Server {
  url: string;
  /** The processes that do its work. */
  pids: readonly number[];
  /** A token of a user, with all scopes. */
  token(user: string): Promise<string>;
}

/** The service and the Worker of the floor, each in workerd with stores of its own. */
export interface Pair {
  service: LocalWorker;
  floor: LocalWorker;
  originUrl: string;
}

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
  prepare(pair: Pair): Promise<{ service: Prepared; floor: Prepared }>;
}

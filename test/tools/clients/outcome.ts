/** What each client has done, for the test that runs it. */

export interface Outcome {
  /** Users of the records in the list. */
  listed: string[];
  /** State that the refresh answered, and that its task then had. */
  refreshed: string;
  state: string;
  /** First columns of the table, and how many rows it has. */
  columns: string[];
  rows: number;
  /** Status of the same read with `If-None-Match`. */
  again: number;
  /** Rows that a further refresh brought and took. */
  inserted: number;
  deleted: number;
  /** Type of the problem for a parameter that is not valid. */
  problem: string;
}

export const YEAR = 1982;
/** Waits for loads, so that each call has its end as an answer. */
export const WAIT = 'wait=20';

/** Ends the client with what it has done. */
export function tell(outcome: Outcome): void {
  console.log(JSON.stringify(outcome));
}

/** A value that must be there. */
export function present<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined) throw new Error('something is missing in an answer');
  return value;
}

/** The version that `Content-Version: v<N>` names. */
export function versionIn(headers: Headers): string {
  return present(headers.get('Content-Version'));
}

/** The state of a task, where it came as JSON: neither as a stream nor as the 204 that ends one. */
// biome-ignore lint/suspicious/noConfusingVoidType: generators give this type to a 204
export function stateIn(task: { task_state: string } | string | void): string {
  if (typeof task !== 'object') throw new Error('the answer is a stream, or its end');
  return task.task_state;
}

/** What a floor is told before it is measured: the driver (scripts/bench/operations) sends it as JSON to `PUT /floor`. */

/** The operation whose floor this Worker is to be. */
export interface FloorSetup {
  operation: 'list' | 'state' | 'refresh' | 'read';
  /** Head of every answer: that of the service's own answer. */
  status: number;
  headers: [name: string, value: string][];
  /** `state`: the task and the row that tells of it. */
  task?: { id: string; row: string };
  /** `refresh`: the row that is written for a task. */
  document?: string;
  /** `read`: what each request looks up in the edge cache. */
  entry?: string;
  /** `read`: the body, which comes from the edge cache as well; absent: there is none. */
  body?: string;
  /** `read`: the key in the records of devices. */
  key?: string;
}

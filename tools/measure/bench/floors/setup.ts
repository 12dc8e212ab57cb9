/** What a floor is told before it is measured: the driver (tools/measure/bench/operations) sends it as JSON to `PUT /floor`. */

/** The operation whose floor this Worker is to be. */
export interface FloorSetup {
  operation: 'list' | 'state' | 'refresh' | 'load' | 'read' | 'sync' | 'syncUnknown' | 'wake';
  /** Head of every answer: that of the service's own answer. */
  status: number;
  headers: [name: string, value: string][];
  /** `state`: the task, the row that tells of it, and for one that waits what the service's object answers. */
  task?: { id: string; row: string; told?: string };
  /** `refresh`, `load`: the row that is written for a task. */
  document?: string;
  /** `load`: what is fetched. */
  originUrl?: string;
  /** `read`: what each request looks up in the edge cache; `load`: the entry of a loaded cache. */
  entry?: string;
  /** `read`: the body, which comes from the edge cache as well, absent: there is none; `wake`: the body of every version. */
  body?: string;
  /** `sync`: JSON of the keys that are looked up, each with the item that is answered. */
  items?: string;
  /** `read`: the key in the records of devices. */
  key?: string;
}

/** What a floor's operation works with. */
export interface FloorRequest {
  request: Request;
  env: Env;
  ctx: ExecutionContext;
  user: string;
  setup: FloorSetup;
}

/** The setup of a floor, which the driver (tools/measure/bench/operations) sends as JSON to `PUT /floor` before measuring. */

/** The operation whose floor this Worker becomes. */
export interface FloorSetup {
  operation: 'list' | 'state' | 'refresh' | 'load' | 'read' | 'sync' | 'wake';
  /** Status and headers of every answer: those of the service's own answer. */
  status: number;
  headers: [name: string, value: string][];
  /** `state`: the task, its row, and for a waiting task the answer of the service's object. */
  task?: { id: string; row: string; told?: string };
  /** `refresh`, `load`: the row that is written for a task. */
  document?: string;
  /** `load`: the URL that is fetched. */
  originUrl?: string;
  /** `read`: the entry that each request looks up in the edge cache; `load`: the entry of a loaded cache. */
  entry?: string;
  /** `read`: the body, also from the edge cache; absent: there is none. `wake`: the body of every version. */
  body?: string;
  /** `sync`: JSON of the keys that are looked up, each with the item of the answer. */
  items?: string;
  /** `read`: the key in the records of devices. */
  key?: string;
}

/** What a floor's operation gets. */
export interface FloorRequest {
  request: Request;
  env: Env;
  ctx: ExecutionContext;
  user: string;
  setup: FloorSetup;
}

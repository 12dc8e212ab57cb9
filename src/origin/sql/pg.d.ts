/** Types of the parts of the driver `pg` that are used: its client and its queries, without pools. */
declare module 'pg/lib/client.js' {
  import type Query from 'pg/lib/query.js';
  import type { QueryConfig, QueryResult } from 'pg/lib/query.js';
  export default class Client {
    constructor(config: {
      connectionString: string;
      connectionTimeoutMillis: number;
      application_name?: string;
      /** Left out: a socket of the platform. */
      stream?: () => unknown;
    });
    /** The connection; exists once the client has been created. */
    readonly connection: {
      readonly stream: {
        on(event: 'data', listener: (piece: Uint8Array) => void): void;
      };
    };
    connect(): Promise<void>;
    query(config: QueryConfig): Promise<QueryResult>;
    query(query: Query): Query;
    end(): Promise<void>;
    on(event: 'error', listener: (error: Error) => void): void;
  }
}

declare module 'pg/lib/query.js' {
  export interface QueryConfig {
    text: string;
    values: readonly (string | null)[];
    rowMode: 'array';
    /** Queries without values also use the extended protocol, which accepts only one statement. */
    queryMode: 'extended';
    types: { getTypeParser(): (value: string) => string };
  }
  export interface QueryResult {
    rows: (string | null)[][];
    fields: { name: string; dataTypeID: number }[];
  }
  /** Does not keep rows if there is a listener for them. */
  export default class Query {
    constructor(config: QueryConfig);
    on(event: 'row', listener: (row: (string | null)[], result: QueryResult) => void): void;
    on(event: 'end', listener: (result: QueryResult) => void): void;
    on(event: 'error', listener: (error: Error) => void): void;
  }
}

/** Its socket for Workers. */
declare module 'pg-cloudflare' {
  export class CloudflareSocket {
    constructor(ssl: boolean);
    protected readonly _cfReader: ReadableStreamDefaultReader<Uint8Array>;
    /** Emits what arrives, until the end. */
    protected _listen(): Promise<void>;
    emit(event: 'data', piece: Uint8Array): boolean;
  }
}

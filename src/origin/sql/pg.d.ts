/** Of the driver `pg`, what is used: its client and its queries, without pools. */
declare module 'pg/lib/client.js' {
  import type Query from 'pg/lib/query.js';
  import type { QueryConfig, QueryResult } from 'pg/lib/query.js';
  export default class Client {
    constructor(config: {
      connectionString: string;
      connectionTimeoutMillis: number;
      application_name?: string;
      /** Left out: one by the platform. */
      stream?: () => unknown;
    });
    /** The socket; there once the client has been made. */
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
    /** Also queries without values go by the extended protocol, which takes one statement and no more. */
    queryMode: 'extended';
    types: { getTypeParser(): (value: string) => string };
  }
  export interface QueryResult {
    rows: (string | null)[][];
    fields: { name: string; dataTypeID: number }[];
  }
  /** Keeps no rows where somebody is told of them. */
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
    /** Tells of what comes, until the end. */
    protected _listen(): Promise<void>;
    emit(event: 'data', piece: Uint8Array): boolean;
  }
}

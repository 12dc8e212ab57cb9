/** Of the driver `pg`, what is used: its client alone, without pools. */
declare module 'pg/lib/client.js' {
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
        destroy(error?: Error): void;
      };
    };
    connect(): Promise<void>;
    query(config: QueryConfig): Promise<QueryResult>;
    end(): Promise<void>;
    on(event: 'error', listener: (error: Error) => void): void;
  }
}

/** Its socket for Workers. */
declare module 'pg-cloudflare' {
  export class CloudflareSocket {
    constructor(ssl: boolean);
  }
}

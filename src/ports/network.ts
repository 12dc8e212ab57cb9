/** How the service reaches origins and receivers over the network. */

/** `fetch`, or a replacement in a test. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Whether this host and port accept TCP connections. */
export type Accepts = (hostname: string, port: number) => Promise<boolean>;

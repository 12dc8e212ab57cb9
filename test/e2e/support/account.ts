/** Cloudflare's API as a deploy sees it, for an account with one Worker: it lists the names of secrets, and counts all other calls. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An account that is deployed to in a test. */
export class Account {
  /** Method and path of each request but that for the names of secrets. */
  readonly others: string[] = [];
  readonly #server: Server;

  private constructor(secrets: readonly string[]) {
    this.#server = createServer((request, response) => {
      const path = request.url?.split('?')[0] ?? '';
      const isSecrets = request.method === 'GET' && path.endsWith('/workers/scripts/freshet/secrets');
      if (!isSecrets) this.others.push(`${request.method} ${path}`);
      const result = isSecrets ? secrets.map((name) => ({ name, type: 'secret_text' })) : null;
      const errors = isSecrets ? [] : [{ code: 7000, message: 'There is nothing more to this account.' }];
      response.writeHead(isSecrets ? 200 : 404, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ success: isSecrets, result, errors, messages: [] }));
    });
  }

  /** @param secrets names of the Worker's secrets */
  static async with(...secrets: string[]): Promise<Account> {
    const account = new Account(secrets);
    await new Promise<void>((resolve) => account.#server.listen(0, '127.0.0.1', resolve));
    return account;
  }

  /** Environment in which wrangler speaks to this account. */
  get env(): Record<string, string> {
    const { port } = this.#server.address() as AddressInfo;
    return {
      CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${port}/client/v4`,
      CLOUDFLARE_API_TOKEN: 'of-the-tests',
      CLOUDFLARE_ACCOUNT_ID: '0'.repeat(32),
      WRANGLER_SEND_METRICS: 'false',
      WRANGLER_HIDE_BANNER: 'true',
      WRANGLER_WRITE_LOGS: 'false',
    };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

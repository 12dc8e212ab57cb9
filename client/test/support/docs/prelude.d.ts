/** What the code in the documents uses from the app around it. */

import type { Client } from '@freshet/client';

declare global {
  const client: Client;
  /** Whoever signs people in. */
  const session: {
    subject: string;
    token(options?: { force: boolean }): Promise<string | null>;
    signIn(): Promise<void>;
  };
  /** The subject of the session, where a service worker finds it. */
  function readUser(): Promise<string>;
  function log(name: string, fields: object): void;
}

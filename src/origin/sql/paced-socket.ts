/** The driver's socket for Workers, held back by whoever reads what comes: of itself it takes in all that a statement answers with. */

import { Buffer } from 'node:buffer';
import { CloudflareSocket } from 'pg-cloudflare';

export class PacedSocket extends CloudflareSocket {
  #held: PromiseWithResolvers<void> | null = null;

  /** Reads no further piece until `resume`. */
  pause(): void {
    this.#held ??= Promise.withResolvers();
  }

  resume(): void {
    this.#held?.resolve();
    this.#held = null;
  }

  /** As it is there, but for the pause. */
  protected override async _listen(): Promise<void> {
    for (;;) {
      await this.#held?.promise;
      const { done, value } = await this._cfReader.read();
      if (done) return;
      this.emit('data', Buffer.from(value));
    }
  }
}

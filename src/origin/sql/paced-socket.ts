/** The driver's socket for Workers, made pausable by the reader: the original reads all that a statement returns without a pause. */

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

  /** The same as in the base class, with the pause added. */
  protected override async _listen(): Promise<void> {
    for (;;) {
      await this.#held?.promise;
      const { done, value } = await this._cfReader.read();
      if (done) return;
      this.emit('data', Buffer.from(value));
    }
  }
}

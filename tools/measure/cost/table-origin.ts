/** An origin with one table, in which some rows can change for each load. */

import type { RequestListener } from 'node:http';
import { answering } from '../harness/origin.ts';

/** Number of rows, and how many of them a changed load replaces. The body then has about 135 kB. */
export const ROWS = 1000;
export const CHANGED_ROWS = 10;

export class TableOrigin {
  /** Whether it accepts webhooks. */
  takesWebhooks = true;
  #round = 0;
  readonly #rows = answering(() => JSON.stringify(Array.from({ length: ROWS }, (_row, id) => this.#row(id))));

  /** Answers loads, and webhooks. */
  readonly listener: RequestListener = (request, response) => {
    if (request.method !== 'POST') this.#rows(request, response);
    else response.writeHead(this.takesWebhooks ? 204 : 503).end();
  };

  /** The next loads see CHANGED_ROWS different rows. */
  change(): void {
    this.#round += 1;
  }

  #row(id: number) {
    const changes = Math.floor((this.#round * CHANGED_ROWS + ROWS - 1 - id) / ROWS);
    return {
      id,
      order: `SO-2026-${String(id).padStart(6, '0')}`,
      customer: `Customer ${(id * 7919) % 997} of the northern region`,
      product: `Pump ${id % 37}, cast iron, flanged`,
      quantity: (id % 9) + changes,
      state: changes % 2 === 0 ? 'confirmed' : 'delivered',
    };
  }
}

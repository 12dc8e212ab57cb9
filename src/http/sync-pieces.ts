/** The bytes of the items in the answer to `/sync/`, in both forms, including inline bodies. */

import type { Context } from 'hono';
import { Problem } from '../contract/problem.ts';
import type { SyncItemAnswer } from '../contract/sync.ts';
import type { LiveCheck } from '../flows/live/live-check.ts';
import { InlineBudget, inlineSize, openInline } from '../flows/read/inline-bodies.ts';
import { noteSynced, type ReadCache } from '../flows/read/note-given.ts';
import type { SyncedItem } from '../flows/read/sync-caches.ts';
import type { AppEnv } from './factory.ts';
import { noteRefusal } from './problems.ts';
import { besideBody, isServed, withoutBody } from './sync-item.ts';
import type { AskedSync } from './sync-question.ts';

/** How to write an item: alone, or around its body. */
export interface ItemForm {
  alone(item: SyncItemAnswer): string;
  before(item: SyncItemAnswer): string;
  after: string;
}

const encoder = new TextEncoder();

/** Writes items, and remembers what the device was given. */
export class ItemWriter {
  readonly #c: Context<AppEnv>;
  readonly #form: ItemForm;
  readonly #budget: InlineBudget;
  readonly #read: ReadCache[] = [];
  readonly #live: LiveCheck | null;

  constructor(c: Context<AppEnv>, form: ItemForm, { inlineBytes, read: { live } }: AskedSync) {
    this.#live = live;
    this.#c = c;
    this.#form = form;
    this.#budget = new InlineBudget(inlineBytes);
  }

  /** Selects the items with an inline body, smallest first, and maps each to its share of the budget in bytes. */
  plan(items: readonly SyncedItem[]): ReadonlyMap<SyncedItem, number> {
    const sized = items.flatMap((item) => {
      const bytes = isServed(item) ? inlineSize(item) : null;
      return bytes === null ? [] : [{ item, bytes }];
    });
    sized.sort((a, b) => a.bytes - b.bytes);
    return new Map(sized.filter(({ bytes }) => this.#budget.take(bytes)).map(({ item, bytes }) => [item, bytes]));
  }

  /** Remembers that the item was read without a body. */
  see(item: SyncedItem): void {
    if ('error' in item && item.error instanceof Problem) noteRefusal(this.#c, item.error);
    if (!isServed(item)) return;
    const { kind, given } = item.answer.chosen;
    this.#read.push({ cache: item.cache, given: kind === 'not-modified' ? given : null });
  }

  /** Returns an item without an inline body. */
  alone(item: SyncedItem): SyncItemAnswer {
    this.see(item);
    return withoutBody(this.#c, item);
  }

  /** Writes the items in this order, between the texts `begin` and `end`. */
  async *pieces(
    items: readonly SyncedItem[],
    planned: ReadonlyMap<SyncedItem, number>,
    { begin = '', separator = '', end = '' }: { begin?: string; separator?: string; end?: string } = {},
  ): AsyncGenerator<Uint8Array, void, void> {
    let text = begin;
    for (const [index, item] of items.entries()) {
      if (index > 0) text += separator;
      const taken = planned.get(item);
      const body =
        taken === undefined || !isServed(item)
          ? null
          : await openInline(this.#c.get('services'), item, this.#budget, taken);
      if (body === null || !isServed(item)) {
        text += this.#form.alone(this.alone(item));
        continue;
      }
      try {
        yield encoder.encode(text + this.#form.before(besideBody(item, body)));
        yield* body.pieces();
      } finally {
        await body.release();
      }
      this.#read.push({ cache: item.cache, given: body.given });
      text = this.#form.after;
    }
    yield encoder.encode(text + end);
  }

  /** Notes which versions the device was given; an item without its body counts only as read. */
  note(): void {
    const recipient = { user: this.#c.get('identity').user, device: this.#c.get('device') };
    const check = this.#live?.answer === 'ok' ? this.#live.noted : null;
    noteSynced(this.#c.get('services'), recipient, this.#read.splice(0), check, Date.now());
  }
}

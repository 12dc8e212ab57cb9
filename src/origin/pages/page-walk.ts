/**
 * Decides whether another page follows, and which one (CONTRACT 4 "Pages"), without sending requests itself. Holds 16
 * bytes per request, so that no request is made twice.
 */

import { hash } from 'node:crypto';
import type { Pages } from '../../contract/pages.ts';
import { LoadFailure } from '../../contract/problem.ts';
import { counted } from '../../core/counted.ts';
import type { OriginRequest } from '../build-request.ts';
import { KEEP } from './keyed-rows.ts';
import { linked, type Setting, withSettings } from './next-request.ts';
import type { PageValues } from './page-values.ts';
import type { PageRows } from './paged-rows.ts';

/** A page that has been read. */
export interface ReadPage extends PageRows {
  /** The URL of its answer. */
  url: URL;
  values: PageValues;
}

interface WalkOptions {
  /**
   * Receives a difference from the origin's count that `drift` accepts: the number of rows, and a text for an operator.
   */
  onDrift?: (rows: number, text: string) => void;
  isFull?: boolean;
}

const NOBODY = () => undefined;

export class PageWalk {
  readonly #pages: Pages;
  readonly #first: OriginRequest;
  readonly #onDrift: NonNullable<WalkOptions['onDrift']>;
  readonly #isFull: boolean;
  readonly #asked = new Set<string>();
  #number = 1;
  #rows = 0;
  #before: PageRows | null = null;
  #firstTotal: number | null = null;
  #lastTotal: number | null = null;

  /**
   * @param request the definition's own
   * @param options `isFull` false: the answers have only some of the rows that `total` counts
   */
  constructor(pages: Pages, request: OriginRequest, { onDrift = NOBODY, isFull = true }: WalkOptions = {}) {
    this.#pages = pages;
    this.#onDrift = onDrift;
    this.#isFull = isFull;
    this.#first = withSettings(request, [...this.#limit(), ...this.#place(0)]);
    this.#asked.add(idOf(this.#first));
  }

  /** The first page. */
  get first(): OriginRequest {
    return this.#first;
  }

  /**
   * The request for the page after this one; null: this was the last page.
   *
   * @throws LoadFailure `origin-pages`, `origin-malformed`, `origin-redirect`, `origin-too-large`
   */
  after(page: ReadPage): OriginRequest | null {
    this.#rows += page.rows;
    this.#noteTotal(page.values);
    this.#demandOther(page);
    const next = this.#next(page);
    if (next === null) {
      this.#checkTotal();
      return null;
    }
    if (this.#number === this.#pages.max) {
      throw new LoadFailure(
        'origin-too-large',
        `The origin has more than ${this.#pages.max} pages (origin.pages.max): ask for larger ones, or raise that.`,
        { place: '/origin/pages/max' },
      );
    }
    this.#number += 1;
    this.#before = { rows: page.rows, hash: page.hash };
    return next;
  }

  #next(page: ReadPage): OriginRequest | null {
    const more = this.#pages.more === undefined ? null : page.values.flag(this.#pages.more);
    if (more === false) return null;
    const { offset, page: number } = this.#pages;
    const next = this.#pages.next ?? this.#pages.cursor;
    if (next === undefined && offset === undefined && number === undefined) return null;
    const request = next === undefined ? this.#counted(page, more) : this.#named(page, next, more);
    if (request === null) return null;
    const id = idOf(request);
    if (!this.#asked.has(id)) {
      this.#asked.add(id);
      return request;
    }
    // Some origins repeat the last link forever, without any rows.
    if (page.rows === 0 && more === null) return null;
    const detail = `Page ${this.#number} of the origin leads to a page that was read before, so the pages would never end.`;
    throw new LoadFailure('origin-pages', `${detail} Check that origin.pages names the right place and parameter.`);
  }

  /** The next page, by a link or token. */
  #named(page: ReadPage, place: string, more: boolean | null): OriginRequest | null {
    const { param, rehost, cursor } = this.#pages;
    const found = page.values.link(place);
    if (found === null) {
      if (more !== true) return null;
      const detail = `The origin's answer says that a page follows, but has nothing at "${place}" that leads to it. Correct that place in origin.pages, or origin.pages.more.`;
      throw new LoadFailure('origin-malformed', detail, { place: placeOf(cursor === undefined ? 'next' : 'cursor') });
    }
    if (cursor === undefined) return linked(this.#first, found.text.trim(), { base: page.url, rehost });
    const token = { name: param ?? '', text: found.text, isNumber: typeof found.value === 'number' };
    return withSettings(this.#first, [token]);
  }

  /** The next page, by the number of rows or pages so far. */
  #counted(page: ReadPage, more: boolean | null): OriginRequest | null {
    const { offset, end, size = 0 } = this.#pages;
    // What the origin says (`more`) takes precedence over the number of rows.
    if (more === null) {
      if (this.#lastTotal !== null && this.#rows >= this.#lastTotal) return null;
      if (page.rows === 0 || (end === 'short' && page.rows < size)) return null;
    } else if (page.rows === 0 && offset !== undefined) {
      const detail = `Page ${this.#number} of the origin has no rows, but says that a page follows. If this happens again, correct origin.pages.more.`;
      throw new LoadFailure('origin-pages', detail, { retryable: true });
    }
    return withSettings(this.#first, this.#place(this.#number));
  }

  /** The parameters that select a page; `number` counts from 0. */
  #place(number: number): Setting[] {
    const { offset, page, first = 1 } = this.#pages;
    if (offset !== undefined) return [{ name: offset, text: String(this.#rows), isNumber: true }];
    return page === undefined ? [] : [{ name: page, text: String(first + number), isNumber: true }];
  }

  #limit(): Setting[] {
    const { limit, size } = this.#pages;
    return limit === undefined || size === undefined ? [] : [{ name: limit, text: String(size), isNumber: true }];
  }

  /** Fails if a page has the same rows as the page before: the origin ignores the parameter. */
  #demandOther({ rows, hash: rowsHash }: ReadPage): void {
    const { offset, page } = this.#pages;
    const name = offset ?? page;
    if (name === undefined || rows === 0 || this.#before?.rows !== rows || this.#before.hash !== rowsHash) return;
    const detail = `Page ${this.#number} of the origin has the same rows as the page before: the origin ignores the parameter "${name}". Correct its name in origin.pages.`;
    throw new LoadFailure('origin-pages', detail, { place: placeOf(offset === undefined ? 'page' : 'offset') });
  }

  #noteTotal(values: PageValues): void {
    const { total } = this.#pages;
    if (total === undefined) return;
    const count = values.count(total);
    if (count === null && this.#firstTotal === null && this.#isFull) {
      throw new LoadFailure(
        'origin-malformed',
        `The origin's answer has no count of rows at "${total}". Correct origin.pages.total, or leave it out.`,
        { place: placeOf('total') },
      );
    }
    this.#firstTotal ??= count;
    this.#lastTotal = count ?? this.#lastTotal;
  }

  /**
   * Links may reach rows that were added later, so more rows than the count are fine; page numbers must reach exactly
   * all rows.
   */
  #checkTotal(): void {
    const { next, cursor, drift } = this.#pages;
    const [first, last] = [this.#firstTotal, this.#lastTotal];
    if (first === null || last === null || !this.#isFull) return;
    const isRight =
      next !== undefined || cursor !== undefined
        ? this.#rows >= Math.min(first, last)
        : first === last && this.#rows === last;
    if (isRight) return;
    if (drift === 'keep') {
      const rows = Math.max(Math.abs(first - this.#rows), Math.abs(last - this.#rows));
      this.#onDrift(
        rows,
        'More or fewer rows came than the origin counted: some may have moved while pages were read.',
      );
      return;
    }
    const told =
      first === last ? counted(first, 'row') : `${counted(first, 'row')} on its first page and ${last} on its last`;
    const detail = `The origin counted ${told}, and ${this.#rows} came, so rows moved while pages were read.`;
    const remedy = `${KEEP} If the count is of something else, leave origin.pages.total out.`;
    throw new LoadFailure('origin-pages', `${detail} ${remedy}`, { retryable: true, place: placeOf('total') });
  }
}

function idOf({ method, url, body }: OriginRequest): string {
  return hash('sha256', `${method} ${url.href}\n${body ?? ''}`, 'base64').slice(0, 22);
}

function placeOf(member: string): string {
  return `/origin/pages/${member}`;
}

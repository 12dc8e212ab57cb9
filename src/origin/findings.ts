/**
 * Signs that an answer is only part of the data (CONTRACT 4 "Whole answers"). A finding fails the load, or is kept as a
 * warning where the definition or the service accepts it. Columns that no row has are also kept as warnings.
 */

import { type FaultPlace, LoadFailure, type LoadFailureCode } from '../contract/problem.ts';
import type { PartialSign } from '../contract/resource.ts';

/** Most warnings that are kept for a load. */
const MAX_WARNINGS = 8;

const CODES: Readonly<Record<PartialSign, LoadFailureCode>> = { next: 'origin-pages', errors: 'origin-refused' };
/** The member of the definition that handles each sign. */
const PLACES: Readonly<Record<PartialSign, string>> = { next: '/origin/pages', errors: '/origin/partial' };
/** What most definitions should do instead of accepting the sign. */
const INSTEAD: Readonly<Record<PartialSign, string>> = {
  next: 'origin.pages reads the pages that follow. ',
  errors: '',
};

/** Rows that moved while pages were read, in a load that accepts this (`drift: "keep"`). */
export interface Drifted {
  /** Rows that occurred again on a later page. */
  repeated: number;
  /** Difference between the origin's count and the rows that arrived. */
  offCount: number;
}

/** The findings of one load. */
export class Findings {
  readonly #accepted: readonly PartialSign[];
  readonly #warns: boolean;
  readonly #onFault: (fault: LoadFailure) => void;
  readonly #warnings = new Set<string>();
  readonly #drifted: Drifted = { repeated: 0, offCount: 0 };

  /**
   * @param accepted `origin.partial`
   * @param mode PARTIAL_ANSWERS
   * @param onFault receives a failure of the load; usually it throws it
   */
  constructor(
    accepted: readonly PartialSign[] = [],
    mode: 'fail' | 'warn' = 'fail',
    onFault: (fault: LoadFailure) => void = (fault) => {
      throw fault;
    },
  ) {
    this.#accepted = accepted;
    this.#warns = mode === 'warn';
    this.#onFault = onFault;
  }

  /** Texts for an operator; names that only the origin knows are at the end of a text (core/column-facts.ts). */
  get warnings(): string[] {
    return [...this.#warnings];
  }

  /** Zeros: no moved row was noticed. */
  get drifted(): Readonly<Drifted> {
    return this.#drifted;
  }

  /**
   * The answer says that it is incomplete; `what` is a sentence about the sign and its place.
   *
   * @throws LoadFailure `origin-pages`, `origin-refused`
   */
  partial(sign: PartialSign, what: string): void {
    const isAccepted = this.#accepted.includes(sign);
    if (isAccepted) this.warn(what);
    else
      this.#judge(
        CODES[sign],
        `${what} ${INSTEAD[sign]}If the data is complete all the same, origin.partial: ["${sign}"] accepts it.`,
        undefined,
        PLACES[sign],
      );
  }

  /** A fault that no definition can accept. `adminDetail` as in a warning. @throws LoadFailure `origin-malformed` */
  malformed(detail: string, adminDetail = detail, place?: FaultPlace): void {
    this.#judge('origin-malformed', detail, adminDetail, place);
  }

  /** Keeps a warning with the loaded data. */
  warn(text: string): void {
    if (this.#warnings.size < MAX_WARNINGS) this.#warnings.add(text);
  }

  /** Rows moved, and the definition accepts that. */
  drift(kind: keyof Drifted, rows: number, text: string): void {
    this.#drifted[kind] += rows;
    this.warn(text);
  }

  #judge(code: LoadFailureCode, detail: string, adminDetail = detail, place?: FaultPlace): void {
    if (this.#warns) this.warn(adminDetail);
    else this.#onFault(new LoadFailure(code, detail, { adminDetail, place }));
  }
}

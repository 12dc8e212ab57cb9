/**
 * What an answer shows that makes it look like part of the data (CONTRACT 4 "Whole answers"): it ends the load, or is kept as a
 * warning with what was loaded, where the definition or the service accepts it. Columns that no row has are kept so, too.
 */

import { type FaultPlace, LoadFailure, type LoadFailureCode } from '../contract/problem.ts';
import type { PartialSign } from '../contract/resource.ts';

/** Most warnings that are kept of a load. */
const MAX_WARNINGS = 8;

const CODES: Readonly<Record<PartialSign, LoadFailureCode>> = { next: 'origin-pages', errors: 'origin-refused' };
/** The member that deals with it. */
const PLACES: Readonly<Record<PartialSign, string>> = { next: '/origin/pages', errors: '/origin/partial' };
/** What most definitions want in place of accepting it. */
const INSTEAD: Readonly<Record<PartialSign, string>> = {
  next: 'origin.pages reads the pages that follow. ',
  errors: '',
};

/** Rows that moved while pages were read, of a load that takes them so (`drift: "keep"`). */
export interface Drifted {
  /** That came again on a later page. */
  repeated: number;
  /** By which the origin's count differs from what came. */
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
   * @param onFault takes what ends a load; usually it is thrown
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

  /** Texts for an operator; names that only the origin knows stand at their end alone (core/column-facts.ts). */
  get warnings(): string[] {
    return [...this.#warnings];
  }

  /** Zeros: no row moved, as far as can be seen. */
  get drifted(): Readonly<Drifted> {
    return this.#drifted;
  }

  /**
   * The answer says that it is not whole; `what` is a sentence about it and its place.
   *
   * @throws LoadFailure `origin-pages`, `origin-refused`
   */
  partial(sign: PartialSign, what: string): void {
    const isAccepted = this.#accepted.includes(sign);
    if (isAccepted) this.warn(what);
    else
      this.#judge(
        CODES[sign],
        `${what} ${INSTEAD[sign]}If it is as it should be, origin.partial: ["${sign}"] accepts it.`,
        undefined,
        PLACES[sign],
      );
  }

  /** Something that no definition can accept. `adminDetail` as in a warning. @throws LoadFailure `origin-malformed` */
  malformed(detail: string, adminDetail = detail, place?: FaultPlace): void {
    this.#judge('origin-malformed', detail, adminDetail, place);
  }

  /** Kept beside what is loaded. */
  warn(text: string): void {
    if (this.#warnings.size < MAX_WARNINGS) this.#warnings.add(text);
  }

  /** Rows moved, and the definition accepts it. */
  drift(kind: keyof Drifted, rows: number, text: string): void {
    this.#drifted[kind] += rows;
    this.warn(text);
  }

  #judge(code: LoadFailureCode, detail: string, adminDetail = detail, place?: FaultPlace): void {
    if (this.#warns) this.warn(adminDetail);
    else this.#onFault(new LoadFailure(code, detail, { adminDetail, place }));
  }
}

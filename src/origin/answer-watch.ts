/**
 * Watches the parts of a JSON answer that lie outside of the rows of its tables: for signs, in the root and in each
 * object on the way to rows, that the answer is incomplete, and for the values at places that the definition names.
 * Holds only the current path.
 */

import type { JsonHandler } from '../core/json-events.ts';
import { pointerTo } from '../core/pointer.ts';
import type { BodyExpectations } from './expectations.ts';
import type { Findings } from './findings.ts';
import { isNextPage } from './next-links.ts';
import type { PlaceNode, PlaceTree, Scalar } from './place-tree.ts';
import type { PointerNode } from './pointers.ts';

/** Members that name errors. */
const ERROR_MEMBERS = new Set(['errors', 'exception']);

/** What the watch looks for. */
export interface WatchRules {
  /** The answer's own URL. */
  url: URL;
  /** Where rows lie; empty for an answer without tables. */
  tree: PointerNode;
  /** The places whose values are reported. */
  places: PlaceTree;
  expected: Pick<BodyExpectations, 'end'>;
  findings: Findings;
  /** Receives a sentence about a link to a next page, unless `places` contains the place of that link. */
  onNext: (what: string) => void;
}

/** An open container that is watched. */
interface Step {
  isObject: boolean;
  /** Name of the member, or index of the element, whose value comes next or is open. */
  name: string;
  elements: number;
  /** Null: this container is not on the way to rows. */
  node: PointerNode | null;
  place: PlaceNode | null;
  /** The container is the value of a member that names errors: any content is an error. */
  isErrors: boolean;
}

/** The place of the value that begins. */
type Where = Pick<Step, 'node' | 'place'> & { parent: Step | undefined };

export class AnswerWatch implements JsonHandler {
  readonly #rules: WatchRules;
  readonly #path: Step[] = [];
  /** Number of open containers that are not watched. */
  #ignored = 0;

  constructor(rules: WatchRules) {
    this.#rules = rules;
  }

  begin(isObject: boolean): void {
    if (this.#ignored > 0) {
      this.#ignored += 1;
      return;
    }
    const where = this.#enter();
    tell(where, undefined, '');
    const isErrors = this.#isErrorMember(where);
    const { node, place } = where;
    if (node === null && place === null && !isErrors) this.#ignored = 1;
    else this.#path.push({ isObject, name: '', elements: 0, node, place, isErrors });
  }

  end(): void {
    if (this.#ignored > 0) this.#ignored -= 1;
    else this.#path.pop();
  }

  name(name: string): void {
    const step = this.#path.at(-1);
    if (this.#ignored === 0 && step !== undefined) step.name = name;
  }

  string(value: string): void {
    if (this.#ignored > 0) return;
    const where = this.#enter();
    tell(where, value, value);
    if (value !== '' && this.#isErrorMember(where)) this.#tellErrors();
    this.#checkNext(where, value);
  }

  literal(text: string): void {
    if (this.#ignored > 0) return;
    const where = this.#enter();
    tell(where, scalarOf(text), text);
    if (scalarOf(text) && this.#isErrorMember(where)) this.#tellErrors();
  }

  /** A table's rows take the place of a value. The content of rows says nothing about the answer. */
  rows(): void {
    this.#enter();
  }

  /** The answer has ended. @throws LoadFailure `origin-refused` */
  finish(): void {
    this.#rules.expected.end();
  }

  /** A value begins in the innermost container. */
  #enter(): Where {
    const parent = this.#path.at(-1);
    if (parent === undefined) return { parent, node: this.#rules.tree, place: this.#rules.places.root };
    if (!parent.isObject) parent.name = String(parent.elements++);
    if (parent.isErrors) {
      parent.isErrors = false;
      this.#tellErrors(this.#path.slice(0, -1));
    }
    return {
      parent,
      node: parent.node?.children.get(parent.name) ?? null,
      place: parent.place?.children.get(parent.name) ?? null,
    };
  }

  /** Whether a member names errors and is not itself on the way to rows. */
  #isErrorMember({ parent, node }: Where): boolean {
    return isWatched(parent) && node === null && ERROR_MEMBERS.has(parent.name);
  }

  #tellErrors(path: readonly Step[] = this.#path): void {
    this.#rules.findings.partial('errors', `The origin's answer has errors at ${pointerOf(path)}.`);
  }

  #checkNext({ parent, node, place }: Where, value: string): void {
    if (!isWatched(parent) || node !== null || !isNextPage(parent.name, value, this.#rules.url)) return;
    if ((place?.here.length ?? 0) > 0) return;
    this.#rules.onNext(`The origin's answer names a next page at ${pointerOf(this.#path)}.`);
  }
}

function tell({ place }: Where, value: Scalar | undefined, text: string): void {
  if (place !== null) for (const take of place.here) take(value, text);
}

/** The value of a number, or of `true`, `false` or `null`. */
function scalarOf(text: string): number | boolean | null {
  if (text === 'null') return null;
  return text === 'true' || text === 'false' ? text === 'true' : Number(text);
}

/** Signs count only in the root and in the objects on the way to rows. */
function isWatched(step: Step | undefined): step is Step {
  return step?.isObject === true && step.node !== null;
}

/** Pointer to the member or element that comes next or is open in the last of these containers. */
function pointerOf(path: readonly Step[]): string {
  return path.reduce((pointer, { name }) => pointerTo(pointer, name), '');
}

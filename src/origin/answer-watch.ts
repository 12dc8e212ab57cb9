/**
 * Watches a JSON answer go by, outside of the rows of its tables: for signs that it is only part of the data, in its root and in
 * each object on the way to rows, and for the values at places that the definition names. Holds no more than the way to where it is.
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

/** What is watched for. */
export interface WatchRules {
  /** The answer's own URL. */
  url: URL;
  /** Where rows lie; of an answer without tables, nowhere. */
  tree: PointerNode;
  /** Whose values are told. */
  places: PlaceTree;
  expected: Pick<BodyExpectations, 'end'>;
  findings: Findings;
  /** Takes a sentence about a link to a next page, where no place of `places` has it. */
  onNext: (what: string) => void;
}

/** An open container that matters. */
interface Step {
  isObject: boolean;
  /** Name of the member, or index of the element, whose value is next or open. */
  name: string;
  elements: number;
  /** Null: no way to rows leads through it. */
  node: PointerNode | null;
  place: PlaceNode | null;
  /** It is the value of a member that names errors: what is in it, is one. */
  isErrors: boolean;
}

/** The value that begins: where it lies. */
type Where = Pick<Step, 'node' | 'place'> & { parent: Step | undefined };

export class AnswerWatch implements JsonHandler {
  readonly #rules: WatchRules;
  readonly #path: Step[] = [];
  /** How many containers are open in which nothing matters. */
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

  /** The rows of a table stand where a value would: whatever is in them says nothing of the answer. */
  rows(): void {
    this.#enter();
  }

  /** The answer is over. @throws LoadFailure `origin-refused` */
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

  /** A member that names errors, where rows do not lead through it themselves. */
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

/** A number, or what a word of JSON means. */
function scalarOf(text: string): number | boolean | null {
  if (text === 'null') return null;
  return text === 'true' || text === 'false' ? text === 'true' : Number(text);
}

/** Signs count in the root and in each object on the way to rows. */
function isWatched(step: Step | undefined): step is Step {
  return step?.isObject === true && step.node !== null;
}

/** The member or element that is next or open in the last of these containers. */
function pointerOf(path: readonly Step[]): string {
  return path.reduce((pointer, { name }) => pointerTo(pointer, name), '');
}

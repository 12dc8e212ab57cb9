/** The values of a page at the places that `origin.pages` names, in its body or its headers. */

import { MAX_LINK_LENGTH } from '../../contract/pages.ts';
import { LoadFailure } from '../../contract/problem.ts';
import { nextLink } from '../next-links.ts';
import type { PlaceTree, Scalar } from '../place-tree.ts';

/** A value and its text; the text of a number has its original digits. */
export interface PlacedValue {
  value: Scalar;
  text: string;
}

/** Whether a place is a pointer into the body, and not a header name. */
export function isOfBody(place: string): boolean {
  return place.startsWith('/');
}

/** The values of one page. Those of its body are known once the body has been read. */
export class PageValues {
  readonly #headers: Headers;
  readonly #values = new Map<string, PlacedValue>();

  /** @param tree is extended to watch for the places in the body */
  constructor(places: readonly string[], headers: Headers, tree: PlaceTree) {
    this.#headers = headers;
    for (const place of new Set(places.filter(isOfBody))) {
      tree.add(place, (value, text) => {
        if (value === undefined) throw malformed(place, 'an object or array');
        this.#values.set(place, { value, text: bounded(text) });
      });
    }
  }

  /** The value at a place; null: it is null or missing. For `Link`, the target of the link to a next page. */
  at(place: string): PlacedValue | null {
    if (isOfBody(place)) {
      const found = this.#values.get(place);
      return found === undefined || found.value === null ? null : found;
    }
    const text = place.toLowerCase() === 'link' ? nextLink(this.#headers.get(place)) : this.#headers.get(place);
    return text === null ? null : { value: text, text: bounded(text) };
  }

  /** The text of a link or token; null: there is none. @throws LoadFailure `origin-malformed` */
  link(place: string): PlacedValue | null {
    const found = this.at(place);
    if (found === null || found.text.trim() === '') return null;
    if (typeof found.value === 'boolean') throw malformed(place, 'true or false');
    if (found.text.length > MAX_LINK_LENGTH) {
      throw malformed(place, `a text of more than ${MAX_LINK_LENGTH} characters`);
    }
    return found;
  }

  /** A count of rows, given as a number or as digits; null: there is none. @throws LoadFailure `origin-malformed` */
  count(place: string): number | null {
    const found = this.at(place);
    if (found === null) return null;
    const text = found.text.trim();
    if (typeof found.value === 'boolean' || !/^\d{1,15}$/.test(text)) throw malformed(place, 'no count of rows');
    return Number(text);
  }

  /** Whether the page says that more pages follow; null: it does not say. @throws LoadFailure `origin-malformed` */
  flag(place: string): boolean | null {
    const found = this.at(place);
    if (found === null) return null;
    const text = found.text.trim().toLowerCase();
    if (text !== 'true' && text !== 'false') throw malformed(place, 'neither true nor false');
    return text === 'true';
  }
}

/** A text over the limit cannot be a link, and is not held. */
function bounded(text: string): string {
  return text.length > MAX_LINK_LENGTH ? text.slice(0, MAX_LINK_LENGTH + 1) : text;
}

function malformed(place: string, what: string): LoadFailure {
  return new LoadFailure('origin-malformed', `The origin's answer has ${what} at "${place}" (origin.pages).`);
}

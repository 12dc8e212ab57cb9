/** Places in XML as a tree; all are followed in one pass. */

import type { XmlStep } from '../../core/xml-steps.ts';

/** A place: its value, and the places below it. */
export interface XmlNode<T> {
  here: T[];
  elements: Branches<T>;
  attributes: Branches<T>;
}

/** By local name. */
type Branches<T> = Map<string, Branch<T>>;

/** By namespace, and for all others. A name never has both (check-xml.ts), so it has at most one place. */
interface Branch<T> {
  any: XmlNode<T> | undefined;
  byUri: Map<string, XmlNode<T>>;
}

/** The tree of these places; the root is where their paths begin. */
export function xmlTree<T>(places: Iterable<readonly [steps: readonly XmlStep[], value: T]>): XmlNode<T> {
  const root = emptyNode<T>();
  for (const [steps, value] of places) {
    let node = root;
    for (const step of steps) node = grown(step.isAttribute ? node.attributes : node.elements, step);
    node.here.push(value);
  }
  return root;
}

/** The place of an element or attribute; undefined: no path leads through it. */
export function branchOf<T>(
  branches: Branches<T>,
  { uri, local }: { uri: string; local: string },
): XmlNode<T> | undefined {
  const branch = branches.get(local);
  return branch === undefined ? undefined : (branch.byUri.get(uri) ?? branch.any);
}

/** The place that a step of a path leads to; undefined: no path has this step. */
export function placeAt<T>(node: XmlNode<T>, { local, uri }: XmlStep): XmlNode<T> | undefined {
  const branch = node.elements.get(local);
  return uri === null ? branch?.any : branch?.byUri.get(uri);
}

/** A step that has a namespace in one path and none in another; undefined: there is none. */
export function ambiguousName<T>(node: XmlNode<T>): string | undefined {
  for (const branches of [node.elements, node.attributes]) {
    for (const [local, { any, byUri }] of branches) {
      if (any !== undefined && byUri.size > 0) return local;
      for (const next of any === undefined ? byUri.values() : [any]) {
        const found = ambiguousName(next);
        if (found !== undefined) return found;
      }
    }
  }
  return undefined;
}

function grown<T>(branches: Branches<T>, { local, uri }: XmlStep): XmlNode<T> {
  const branch = branches.get(local) ?? { any: undefined, byUri: new Map() };
  branches.set(local, branch);
  const next = (uri === null ? branch.any : branch.byUri.get(uri)) ?? emptyNode<T>();
  if (uri === null) branch.any = next;
  else branch.byUri.set(uri, next);
  return next;
}

function emptyNode<T>(): XmlNode<T> {
  return { here: [], elements: new Map(), attributes: new Map() };
}

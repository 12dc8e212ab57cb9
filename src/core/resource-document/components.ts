/** Components of an OpenAPI document: their names, and which of them are needed. */

import { isObject } from '../json-value.ts';
import { follow, fromFragment, pointerTokens } from '../pointer.ts';

/** A JSON object of an OpenAPI document. */
export type Node = { readonly [member: string]: unknown };
/** Kind of component (`schemas`, `responses`, …) -> name -> component. */
export type Components = Readonly<Record<string, Node>>;

/** A schema that refers to a named schema. */
export function refTo(name: string): Node {
  return { $ref: `#/components/schemas/${name}` };
}

/** Names of schemas in one document. They differ in more than case, since generators write one file for each. */
export class SchemaNames {
  readonly #taken = new Set<string>();

  /** Reserves a name. */
  add(name: string): void {
    this.#taken.add(name.toLowerCase());
  }

  /** A free name made of words of any kind: `order lines` and `Row` give `OrderLinesRow`, or `OrderLinesRow2`. */
  make(...words: readonly string[]): string {
    const plain = words.flatMap((text) => text.match(/[A-Za-z0-9]+/g) ?? []);
    const joined = plain.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
    const first = /^[A-Za-z]/.test(joined) ? joined : `N${joined}`;
    let name = first;
    for (let count = 2; this.#taken.has(name.toLowerCase()); count += 1) name = `${first}${count}`;
    this.add(name);
    return name;
  }
}

/** The value itself, or the part of the document to which it refers. */
export function resolved(value: unknown, document: Node): unknown {
  if (!isObject(value) || typeof value.$ref !== 'string') return value;
  return follow(document, fromFragment(value.$ref.slice(1)));
}

/**
 * The components to which `root` refers, directly or through others. All security components are kept: operations name
 * them without a reference.
 */
export function neededComponents(root: unknown, components: Components): Components {
  const needed = new Set<unknown>(Object.values(components.securitySchemes ?? {}));
  const waiting: unknown[] = [root];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    waiting.push(...Object.values(value).filter((each) => each !== undefined));
    const component = componentIn(value, components);
    if (component === undefined || needed.has(component)) continue;
    needed.add(component);
    waiting.push(component);
  }
  const kinds = Object.entries(components).map(([kind, named]) => {
    return [kind, Object.fromEntries(Object.entries(named).filter(([, component]) => needed.has(component)))] as const;
  });
  return Object.fromEntries(kinds.filter(([, named]) => Object.keys(named).length > 0));
}

/** The component to which a value refers; undefined: the value is not a reference to one. */
function componentIn(value: object, components: Components): unknown {
  const { $ref: reference } = value as { $ref?: unknown };
  if (typeof reference !== 'string') return undefined;
  const [place, kind = '', name = ''] = pointerTokens(fromFragment(reference.slice(1)));
  return place === 'components' ? components[kind]?.[name] : undefined;
}

/** Reports the values at places of an XML answer outside of rows: texts of elements and attributes. */

import { xmlSteps } from '../../core/xml-steps.ts';
import type { PlaceTree, TakeValue } from '../place-tree.ts';
import { ElementText } from './element-text.ts';
import type { XmlElement, XmlHandler } from './xml-events.ts';
import { branchOf, type XmlNode, xmlTree } from './xml-tree.ts';

interface Step {
  node: XmlNode<TakeValue>;
  text: ElementText;
}

/** Receives every element of a document. */
export class XmlPlaces implements XmlHandler {
  readonly #root: XmlNode<TakeValue>;
  readonly #path: Step[] = [];
  /** Number of open elements that contain no place. */
  #ignored = 0;

  constructor({ all }: Pick<PlaceTree, 'all'>) {
    this.#root = xmlTree(all.map(({ pointer, take }) => [xmlSteps(pointer) ?? [], take] as const));
  }

  open(element: XmlElement): void {
    if (this.#ignored > 0) {
      this.#ignored += 1;
      return;
    }
    const parent = this.#path.at(-1);
    if (parent !== undefined) parent.text.hasElements = true;
    const node = branchOf((parent?.node ?? this.#root).elements, element);
    if (node === undefined) {
      this.#ignored = 1;
      return;
    }
    this.#path.push({ node, text: new ElementText(element) });
    for (const attribute of element.attributes) {
      for (const take of branchOf(node.attributes, attribute)?.here ?? []) take(attribute.value, attribute.value);
    }
  }

  text(piece: string): void {
    const step = this.#ignored > 0 ? undefined : this.#path.at(-1);
    if (step !== undefined && step.node.here.length > 0) step.text.add(piece);
  }

  close(): void {
    if (this.#ignored > 0) {
      this.#ignored -= 1;
      return;
    }
    const step = this.#path.pop();
    for (const take of step?.node.here ?? []) take(step?.text.value, step?.text.value ?? '');
  }
}

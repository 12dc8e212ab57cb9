/** SOAP Faults (SOAP 1.1 section 4.4, SOAP 1.2 part 1 section 5.4): a service says so that it failed, with whatever status. */

import { LoadFailure } from '../../contract/problem.ts';
import { type XmlElement, XmlEvents, type XmlHandler } from './xml-events.ts';

const ENVELOPES = new Set(['http://schemas.xmlsoap.org/soap/envelope/', 'http://www.w3.org/2003/05/soap-envelope']);
const WAY = ['Envelope', 'Body', 'Fault'];
/** Codes that the two versions define; a service may put its own behind a point (1.1), or have others. */
const CODES = new Set([
  'VersionMismatch',
  'MustUnderstand',
  'DataEncodingUnknown',
  'Client',
  'Sender',
  'Server',
  'Receiver',
]);
/** They say that the same request may succeed later. */
const RETRYABLE = new Set(['Server', 'Receiver']);
const MOST_TEXT = 1024;

/** Watches a document go by for a Fault; its depth is counted by what it is told. */
export class SoapFault implements XmlHandler {
  /** How many elements are open; the first are on the way to a Fault where that holds. */
  #depth = 0;
  #onWay = 0;
  /** Names of the elements that are open within the Fault. */
  readonly #inner: string[] = [];
  #code = '';
  #words = '';
  readonly #onFault: (fault: SoapFault) => void;

  /** @param onFault is told when a Fault has ended */
  constructor(onFault: (fault: SoapFault) => void = () => undefined) {
    this.#onFault = onFault;
  }

  /** Whether the document has a Fault, as far as it was read, and its code. */
  get isThere(): boolean {
    return this.#code !== '';
  }

  /** What the service says of it, for administrators. */
  get words(): string {
    return this.#words.trim();
  }

  /** What it means for a load; `words` are told to administrators. */
  failure(words: string): LoadFailure {
    const code = this.#code
      .trim()
      .replace(/^[^:]*:/, '')
      .replace(/\..*$/s, '');
    const detail = `The origin answered with a SOAP Fault${CODES.has(code) ? ` of the code ${code}` : ''}.`;
    const adminDetail = words === '' ? detail : `${detail} It says: ${words}`;
    return new LoadFailure('origin-refused', detail, { adminDetail, retryable: RETRYABLE.has(code) });
  }

  open({ uri, local }: XmlElement): void {
    if (this.#onWay === WAY.length) this.#inner.push(local);
    else if (this.#onWay === this.#depth && local === WAY[this.#onWay] && ENVELOPES.has(uri)) this.#onWay += 1;
    this.#depth += 1;
  }

  text(piece: string): void {
    if (this.#onWay < WAY.length) return;
    const place = this.#inner.join('/');
    if (place === 'faultcode' || place === 'Code/Value') this.#code = this.#code.concat(piece).slice(0, MOST_TEXT);
    // Of reasons in several languages all are told.
    if (place === 'faultstring' || place === 'Reason/Text') this.#words = this.#words.concat(piece).slice(0, MOST_TEXT);
  }

  close(): void {
    this.#depth -= 1;
    if (this.#inner.length > 0) {
      if (this.#inner.pop() === 'Text') this.#words += ' ';
      return;
    }
    if (this.#onWay <= this.#depth) return;
    const wasFault = this.#onWay === WAY.length;
    this.#onWay = this.#depth;
    if (!wasFault) return;
    // Without a code, which is a fault of its own.
    this.#code ||= 'none';
    this.#onFault(this);
  }
}

/** The Fault in the beginning of a document; null: there is none so far. */
export function faultIn(beginning: string): SoapFault | null {
  const fault = new SoapFault();
  try {
    new XmlEvents(fault).write(new TextEncoder().encode(beginning));
  } catch (error) {
    // What is no XML says nothing, and what was read before it breaks off does.
    if (!(error instanceof LoadFailure)) throw error;
  }
  return fault.isThere ? fault : null;
}

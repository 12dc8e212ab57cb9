/** SOAP Faults (SOAP 1.1 section 4.4, SOAP 1.2 part 1 section 5.4): how a service reports a failure, whatever the status. */

import { LoadFailure } from '../../contract/problem.ts';
import { type XmlElement, XmlEvents, type XmlHandler } from './xml-events.ts';

const ENVELOPES = new Set(['http://schemas.xmlsoap.org/soap/envelope/', 'http://www.w3.org/2003/05/soap-envelope']);
const WAY = ['Envelope', 'Body', 'Fault'];
/** Codes of the two versions; a service may append its own after a dot (1.1), or use others. */
const CODES = new Set([
  'VersionMismatch',
  'MustUnderstand',
  'DataEncodingUnknown',
  'Client',
  'Sender',
  'Server',
  'Receiver',
]);
/** Codes that mean that the same request may succeed later. */
const RETRYABLE = new Set(['Server', 'Receiver']);
const MOST_TEXT = 1024;

/** Watches a document for a Fault. */
export class SoapFault implements XmlHandler {
  /** Number of open elements; the first `#onWay` of them are on the path of a Fault. */
  #depth = 0;
  #onWay = 0;
  /** Names of the open elements within the Fault. */
  readonly #inner: string[] = [];
  #code = '';
  #words = '';
  readonly #onFault: (fault: SoapFault) => void;

  /** @param onFault is called when a Fault has ended */
  constructor(onFault: (fault: SoapFault) => void = () => undefined) {
    this.#onFault = onFault;
  }

  /** Whether the part of the document that was read contains a Fault and its code. */
  get isThere(): boolean {
    return this.#code !== '';
  }

  /** The service's text about the failure, for administrators. */
  get words(): string {
    return this.#words.trim();
  }

  /** The failure of the load; administrators see `words`. */
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
    // If there are reasons in several languages, all are kept.
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
    // A Fault without a code is still a Fault.
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
    // Invalid XML has no Fault, but one that was read before the invalid part counts.
    if (!(error instanceof LoadFailure)) throw error;
  }
  return fault.isThere ? fault : null;
}

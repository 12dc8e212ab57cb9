/**
 * An imitation of a SOAP service, 1.1 or 1.2, with one operation: `GetItems` of a plant. It checks requests as strictly as such services
 * do: the type, the action, well-formed XML in the right namespaces, and the key in the header.
 */

import { SaxesParser } from 'saxes';

export type SoapVersion = '1.1' | '1.2';

export interface SoapAsked {
  headers: Readonly<Record<string, unknown>>;
  body: string;
}

export interface SoapAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export const ACTION = 'urn:erp:items/GetItems';
const ENVELOPES = {
  '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
  '1.2': 'http://www.w3.org/2003/05/soap-envelope',
};
const TYPES = { '1.1': 'text/xml', '1.2': 'application/soap+xml' };
/** The fault codes of each version for the caller and for the service. */
const CODES = { '1.1': { asker: 'Client', service: 'Server' }, '1.2': { asker: 'Sender', service: 'Receiver' } };

/** Answers by plant: `none` has no items; `closed` is the caller's fault, `busy` the service's, `quiet` the caller's with status 200. */
export function soapAnswer(version: SoapVersion, asked: SoapAsked, key: string): SoapAnswer {
  const whole = (status: number, inner: string) => ({
    status,
    headers: { 'Content-Type': `${TYPES[version]}; charset=utf-8` },
    body: `<?xml version="1.0" encoding="utf-8"?><env:Envelope xmlns:env="${ENVELOPES[version]}"><env:Body>${inner}</env:Body></env:Envelope>`,
  });
  const fault = (whose: 'asker' | 'service', words: string, status = 500) => {
    const code = `env:${CODES[version][whose]}`;
    return whole(
      status,
      version === '1.1'
        ? `<env:Fault><faultcode>${code}</faultcode><faultstring>${escaped(words)}</faultstring></env:Fault>`
        : `<env:Fault><env:Code><env:Value>${code}</env:Value></env:Code><env:Reason><env:Text xml:lang="en">${escaped(words)}</env:Text></env:Reason></env:Fault>`,
    );
  };
  if (actionOf(version, asked.headers) !== ACTION) return fault('asker', 'The action is not known');
  const sent = read(asked.body);
  if (sent === null) return fault('asker', 'The request is not well-formed');
  if (sent.get(`{${ENVELOPES[version]}}Envelope`) === undefined) return fault('asker', 'The version does not match');
  const given = sent.get('{urn:erp}Key');
  if (given !== key) return fault('asker', `The key ${given} is wrong`);
  const plant = sent.get('{urn:erp:items}Plant') ?? '';
  if (plant === 'closed') return fault('asker', `The plant ${plant} is closed`);
  if (plant === 'busy') return fault('service', 'The database is busy');
  if (plant === 'quiet') return fault('asker', 'Nobody looks at the status', 200);
  const item = (id: number) =>
    `<m:Item Id="${id}"><m:Plant>${escaped(plant)}</m:Plant><m:Price><m:Amount>${id}.50</m:Amount></m:Price></m:Item>`;
  const items = plant === 'none' ? '' : plant === 'one' ? item(1) : item(1) + item(2);
  return whole(200, `<m:GetItemsResponse xmlns:m="urn:erp:items"><m:Result>${items}</m:Result></m:GetItemsResponse>`);
}

/** SOAP 1.1 section 6.1.1: a separate header, quoted; SOAP 1.2 part 2 section 6.5: a parameter of the type. */
function actionOf(version: SoapVersion, headers: SoapAsked['headers']): string | undefined {
  const type = String(headers['content-type']);
  if (!type.startsWith(TYPES[version])) return undefined;
  const quoted = version === '1.1' ? `action=${String(headers.soapaction)}` : type;
  return /action="([^"]*)"/.exec(quoted)?.[1];
}

/** The text of each element by name; null: the body is not well-formed. */
function read(body: string): Map<string, string> | null {
  const texts = new Map<string, string>();
  const open: string[] = [];
  const parser = new SaxesParser({ xmlns: true });
  let isValid = true;
  parser.on('error', () => {
    isValid = false;
  });
  parser.on('opentag', ({ uri, local }) => {
    open.push(`{${uri}}${local}`);
    texts.set(`{${uri}}${local}`, '');
  });
  parser.on('text', (text) => {
    const name = open.at(-1) ?? '';
    texts.set(name, (texts.get(name) ?? '') + text);
  });
  parser.on('closetag', () => {
    open.pop();
  });
  parser.write(body).close();
  return isValid ? texts : null;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * A nightly export of a BI system: CSV in windows-1251, semicolons, decimal commas, no-break spaces between groups,
 * local dates.
 */

import { type Imitation, type Item, unknown } from './imitation.ts';

export const biExport: Imitation = {
  login: { kind: 'basic' },
  hasLinks: false,
  answer({ path }, { items }) {
    if (path !== '/export/stock.csv') return unknown(path);
    const lines = ['Код;Наименование;Цена;Изменено', ...items.map(lineOf), ''];
    return { headers: { 'Content-Type': 'text/csv' }, body: inWindows1251(lines.join('\r\n')) };
  },
  // An HTML page, whatever the status.
  failure: (status) => ({
    status,
    headers: { 'Content-Type': 'text/html; charset=utf-8' },
    body: '<!DOCTYPE html><title>Sign in</title><form action="/login">',
  }),
};

function lineOf({ id, name, price, changed }: Item): string {
  const [whole = '', cents = ''] = price.split('.');
  const [, year, month, day, time] = /^(\d+)-(\d+)-(\d+)T(.*)Z$/.exec(changed) ?? [];
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, '\u00A0');
  return `${id};"${name}";${grouped},${cents};${day}.${month}.${year} ${time}`;
}

/** The non-ASCII characters of windows-1251 that are needed here. */
function inWindows1251(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => {
    const code = letter.charCodeAt(0);
    if (code < 0x80 || code === 0xa0) return code;
    return code - 0x410 + 0xc0;
  });
}

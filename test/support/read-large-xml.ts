/**
 * Reads this many MiB of XML, which is generated while it is read, and prints the result: for a process with a small
 * heap.
 */

import type { TableDefinition } from '../../src/contract/table-definition.ts';
import { Findings } from '../../src/origin/findings.ts';
import { readXml } from '../../src/origin/xml/read-xml.ts';

const bytes = Number(process.argv[2]) * 1_048_576;
const table: TableDefinition = {
  name: 'items',
  rows: '/Envelope/Body/GetItemsResponse/Item',
  columns: [
    { name: 'id', at: '/@Id', as: 'number' },
    'Name',
    { name: 'price', at: '/Price/Amount', as: 'number' },
    'At',
  ],
};
let rows = 0;
const sink = {
  beginTable: () => undefined,
  row: () => {
    rows += 1;
  },
  endTable: () => undefined,
};
const reader = readXml([table], sink, { findings: new Findings() });
const write = (text: string) => reader.write(new TextEncoder().encode(text));

const before = process.cpuUsage();
let written = 0;
write('<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><m:GetItemsResponse xmlns:m="urn:erp">');
for (let id = 1; written < bytes; ) {
  let piece = '';
  for (; piece.length < 65_536; id += 1) {
    piece += `<m:Item Id="${id}"><m:Name>Bolt &amp; nut ${id}</m:Name><m:Price><m:Amount>${id}.50</m:Amount><m:Currency>EUR</m:Currency></m:Price><m:At>2026-11-28T09:00:00Z</m:At></m:Item>\n`;
  }
  write(piece);
  written += piece.length;
}
write('</m:GetItemsResponse></s:Body></s:Envelope>');
reader.end();
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ rows, bytes: written, cpuMs: Math.round((user + system) / 1000) }));

import { describe, expect, it } from 'vitest';
import { encodingOf, inUtf8 } from '../../../src/origin/charset.ts';
import { encodingOfAnswer } from '../../../src/origin/media-type.ts';
import { sampleResource } from '../../support/resources.ts';
import { encoded } from '../../support/rows.ts';

/** The text that comes out, of a body in pieces of so many bytes. */
async function told(bytes: Uint8Array, encoding: string, size: number): Promise<string> {
  const body = (async function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  })();
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let text = '';
  for await (const piece of inUtf8(body, encoding)) text += decoder.decode(piece, { stream: true });
  return text + decoder.decode();
}

const utf16 = (text: string, littleEndian: boolean) => {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let at = 0; at < text.length; at += 1) view.setUint16(at * 2, text.charCodeAt(at), littleEndian);
  return new Uint8Array(view.buffer);
};
const TEXT = 'Größe; 1\u00A0234,50 €';

describe('an answer in another encoding', () => {
  it.each<[string, Uint8Array, string]>([
    ['windows-1251', encoded('Склад; 1\u00A0234,50', 'windows-1251'), 'Склад; 1\u00A0234,50'],
    ['windows-1252', encoded(TEXT, 'windows-1252'), TEXT],
    ['koi8-r', encoded('Склад', 'koi8-r'), 'Склад'],
    ['shift_jis', Uint8Array.of(0x8d, 0xdd, 0x8c, 0xc9, 0x2c, 0xb1), '在庫,ｱ'],
    ['gb18030', Uint8Array.of(0xbf, 0xe2, 0xb4, 0xe6, 0x94, 0x39, 0xda, 0x33), '库存💩'],
    ['utf-16le', utf16('ä😀\u2028', true), 'ä😀\u2028'],
    ['utf-8', new TextEncoder().encode('ä😀'), 'ä😀'],
  ])('complaint 17: in %s is UTF-8 for whoever reads it, however it is cut', async (encoding, bytes, text) => {
    for (const size of [1, 2, 3, 1000]) expect(await told(bytes, encoding, size)).toBe(text);
  });

  it('says what it is by a byte order mark, before anybody else', async () => {
    for (const size of [1, 2, 1000]) {
      expect(await told(utf16('\uFEFFä😀', true), 'windows-1251', size)).toBe('ä😀');
      expect(await told(utf16('\uFEFFä😀', false), 'utf-8', size)).toBe('ä😀');
      // The readers let it pass.
      expect(await told(new TextEncoder().encode('\uFEFFä😀'), 'windows-1251', size)).toBe('\uFEFFä😀');
    }
  });

  it('may be shorter than any byte order mark', async () => {
    expect(await told(encoded('ж', 'windows-1251'), 'windows-1251', 1)).toBe('ж');
    expect(await told(Uint8Array.of(0xff, 0xfe), 'utf-8', 1)).toBe('');
    expect(await told(new Uint8Array(), 'shift_jis', 1)).toBe('');
  });

  it.each<[string, number[]]>([
    ['shift_jis', [0x61, 0x8d]],
    ['shift_jis', [0x8d, 0x20, 0x61]],
    ['utf-16le', [0x61, 0x00, 0x00, 0xd8]],
    ['utf-16le', [0x61, 0x00, 0x61]],
    ['windows-1253', [0x61, 0xd2, 0x61]],
  ])('fails where %s has no such bytes: %j', async (encoding, bytes) => {
    for (const size of [1, 1000]) {
      await expect(told(Uint8Array.from(bytes), encoding, size)).rejects.toThrow(
        expect.objectContaining({
          code: 'origin-malformed',
          message: `The origin's answer is not valid ${encoding}: name its encoding in charset.`,
        }),
      );
    }
  });
});

describe('the encoding of an answer', () => {
  const tables = [{ name: 't', columns: ['a'] }];
  const csv = (charset?: string) => sampleResource({ format: 'csv', tables, ...(charset && { charset }) });
  const lines = (charset?: string) => sampleResource({ format: 'ndjson', tables, ...(charset && { charset }) });

  it.each([
    [csv(), 'text/csv', 'utf-8'],
    [csv(), 'text/csv; charset=windows-1251', 'windows-1251'],
    [csv(), 'text/csv; charset="CP1251"', 'windows-1251'],
    [csv(), 'text/csv; charset=ISO-8859-1', 'windows-1252'],
    [csv(), 'text/csv; charset=US-ASCII', 'utf-8'],
    [csv(), 'text/csv; charset=', 'utf-8'],
    [csv('koi8-r'), 'text/csv; charset=windows-1251', 'koi8-r'],
    [csv('utf-8'), 'text/csv; charset=x-unknown', 'utf-8'],
    // A charset of JSON means nothing.
    [lines(), 'application/json; charset=windows-1251', 'utf-8'],
    [lines('cp1251'), 'application/json; charset=utf-8', 'windows-1251'],
  ])('complaint 19: is what the definition says, of CSV else what the answer says %#', (definition, type, encoding) => {
    expect(encodingOfAnswer(definition, type)).toBe(encoding);
  });

  it('is not guessed where the answer names one that nobody knows', () => {
    expect(() => encodingOfAnswer(csv(), 'text/csv; charset=utf-7')).toThrow(
      expect.objectContaining({
        code: 'origin-malformed',
        message: expect.stringMatching(/name the right one in charset of the definition/),
      }),
    );
  });

  it.each(['', 'utf-7', 'iso-2022-cn', 'x'])('is none by the label %j', (label) => {
    expect(encodingOf(label)).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import type { Resource } from '../../../../src/contract/resource.ts';
import { inUtf8 } from '../../../../src/origin/charset.ts';
import { encodingOfAnswer } from '../../../../src/origin/media-type.ts';
import { declaredEncoding } from '../../../../src/origin/xml/xml-encoding.ts';
import { sampleResource } from '../../../support/resources.ts';
import { encoded } from '../../../support/rows.ts';

const ascii = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string, isBig: boolean) =>
  Uint8Array.from(
    text.split('').flatMap((unit) => {
      const code = unit.charCodeAt(0);
      return isBig ? [code >> 8, code & 255] : [code & 255, code >> 8];
    }),
  );

/** The text as readers get it, the answer coming byte by byte. */
async function textOf(bytes: Uint8Array, contentType: string, charset?: string): Promise<string> {
  const definition: Resource = sampleResource({ format: 'xml', ...(charset !== undefined && { charset }) });
  const body = (async function* () {
    for (const byte of bytes) yield Uint8Array.of(byte);
  })();
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
  let text = '';
  for await (const piece of inUtf8(body, encodingOfAnswer(definition, contentType) ?? declaredEncoding)) {
    text += decoder.decode(piece, { stream: true });
  }
  return text;
}

const declared = (label: string) => `<?xml version="1.0" encoding="${label}"?><a>Ж</a>`;

describe('the encoding of XML', () => {
  it('is what a byte order mark says, whatever else does', async () => {
    const text = declared('windows-1251');
    const marked = new Uint8Array([0xef, 0xbb, 0xbf, ...ascii(text)]);
    expect(await textOf(marked, 'text/xml; charset=windows-1251', 'windows-1251')).toBe(text);
    expect(await textOf(new Uint8Array([0xff, 0xfe, ...utf16(text, false)]), 'text/xml; charset=utf-8')).toBe(text);
  });

  it('is else what the definition says, then what the answer does, then what the text itself does', async () => {
    const text = declared('koi8-r');
    expect(await textOf(encoded(text, 'windows-1251'), 'text/xml; charset=utf-8', 'windows-1251')).toBe(text);
    expect(await textOf(encoded(text, 'windows-1251'), 'text/xml; charset="windows-1251"')).toBe(text);
    expect(await textOf(encoded(text, 'koi8-r'), 'text/xml')).toBe(text);
    expect(await textOf(encoded(text, 'koi8-r'), 'text/xml; charset=us-ascii')).toBe(text);
  });

  it.each([
    '<?xml version="1.0"?><a>Ж</a>',
    '<a>Ж encoding="koi8-r"</a>',
    '',
    'x',
    declared('utf-16'),
    declared('UCS-2'),
  ])('is else UTF-8: %s', async (text) => {
    expect(await textOf(ascii(text), 'application/xml')).toBe(text);
  });

  it.each([true, false])('is UTF-16 by its first two bytes (big-endian: %s)', async (isBig) => {
    expect(await textOf(utf16(declared('utf-16'), isBig), 'text/xml')).toBe(declared('utf-16'));
  });

  it('is declared within quotes of either kind, by any label of the Encoding standard', () => {
    expect(declaredEncoding(ascii("<?xml version='1.0'\n encoding = 'CP1251' standalone='no'?>"), false)).toBe(
      'windows-1251',
    );
    expect(declaredEncoding(ascii(declared('latin1')), false)).toBe('windows-1252');
  });

  it('is asked for again until the declaration is there, and no further than 256 bytes', () => {
    expect(declaredEncoding(ascii('<?xml version="1.0" enc'), false)).toBeNull();
    expect(declaredEncoding(ascii('<?xml version="1.0" enc'), true)).toBe('utf-8');
    expect(declaredEncoding(ascii('x'.repeat(256)), false)).toBe('utf-8');
  });

  it('must be known', async () => {
    await expect(textOf(ascii(declared('ebcdic')), 'text/xml')).rejects.toMatchObject({
      code: 'origin-malformed',
      message:
        "The encoding that the origin's XML declares is not known: name the right one in charset, which goes before it.",
    });
  });
});

import { describe, expect, it } from 'vitest';
import { LoadFailure } from '../../../../src/contract/problem.ts';
import { XmlEvents } from '../../../../src/origin/xml/xml-events.ts';

const MIB = 1_048_576;

/** The failure of reading these pieces, and how many bytes were taken until then. */
function failureOf(...pieces: (string | Uint8Array)[]): { failure: LoadFailure | null; taken: number } {
  const events = new XmlEvents({ open: () => undefined, close: () => undefined, text: () => undefined });
  let taken = 0;
  try {
    for (const piece of pieces) {
      const bytes = typeof piece === 'string' ? new TextEncoder().encode(piece) : piece;
      for (let at = 0; at < bytes.length; at += 65_536) {
        taken += Math.min(65_536, bytes.length - at);
        events.write(bytes.subarray(at, at + 65_536));
      }
    }
    events.end();
    return { failure: null, taken };
  } catch (failure) {
    if (!(failure instanceof LoadFailure)) throw failure;
    return { failure, taken };
  }
}

describe('XML beyond its bounds', () => {
  const big = 'x'.repeat(32 * MIB);
  it.each<[name: string, before: string]>([
    ['name', '<'],
    ['name of an attribute', '<a '],
    ['attribute', '<a b="'],
    ['text', '<a>'],
    ['CDATA section', '<a><![CDATA['],
    ['comment', '<!--'],
    ['instruction', '<?a '],
    ['document type', '<!DOCTYPE '],
    ['name of an entity', '<a>&'],
    ['text before the root', ''],
  ])('has a %s of 32 MiB: it is refused after 1 MiB', (_name, before) => {
    const { failure, taken } = failureOf(before, before === '' ? ' '.repeat(32 * MIB) : big);
    expect(failure?.code).toMatch(/^origin-(too-large|malformed)$/);
    expect(taken).toBeLessThan(MIB + 131_072);
  });

  it('is taken up to them', () => {
    const text = 'x'.repeat(MIB - 16);
    expect(failureOf(`<a b="${text}">${text}<!--${text}--><![CDATA[${text}]]></a>`).failure).toBeNull();
    expect(failureOf('<a>'.repeat(128), '</a>'.repeat(128)).failure).toBeNull();
    const attributes = Array.from({ length: 256 }, (_, index) => ` a${index}=""`);
    expect(failureOf(`<a${attributes.join('')}/>`).failure).toBeNull();
  });

  it('has elements deeper than 128, which is known before their end', () => {
    expect(failureOf('<a>'.repeat(128), '<a ').failure).toMatchObject({
      code: 'origin-malformed',
      message: "The origin's XML is nested deeper than 128 levels.",
    });
  });

  it('has more than 256 attributes in an element, also where they declare namespaces', () => {
    const attributes = Array.from({ length: 257 }, (_, index) => ` xmlns:a${index}="urn:${index}"`);
    expect(failureOf(`<a${attributes.join('')}`).failure?.message).toBe(
      "The origin's XML has an element with more than 256 attributes.",
    );
  });
});

describe('XML that is refused', () => {
  it.each<[name: string, text: string, message: RegExp]>([
    ['has a document type', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', /^The origin's XML has a document type/],
    ['has an entity of its own', '<a>&b;</a>', /not well-formed at line 1, column 6/],
    ['breaks off', '<a><b></b>', /not well-formed/],
    ['breaks off in a name', '<a', /not well-formed/],
    ['is empty', '', /not well-formed/],
    ['is no XML', '{"a":1}', /not well-formed/],
    ['closes another element', '<a>\n</b></a>', /not well-formed at line 2/],
    ['has two roots', '<a/><b/>', /not well-formed/],
    ['has a prefix that it does not declare', '<x:a/>', /not well-formed/],
    ['has an attribute twice', '<a b="" b=""/>', /not well-formed/],
    ['has a character that XML has not', '<a>\u0001</a>', /not well-formed/],
  ])('%s', (_name, text, message) => {
    const { failure } = failureOf(text);
    expect(failure).toMatchObject({
      code: 'origin-malformed',
      retryable: false,
      message: expect.stringMatching(message),
    });
  });

  it('tells administrators alone the names in it, and no more than a line of them', () => {
    const { failure } = failureOf(`<a ${'Name'.repeat(1000)}:b=""/>`);
    expect(failure?.message).not.toContain('Name');
    expect(failure?.adminDetail).toContain('Name');
    expect(failure?.adminDetail.length).toBeLessThan(300);
  });

  it('is no UTF-8', () => {
    expect(failureOf(Uint8Array.of(0x3c, 0x61, 0x3e, 0xff)).failure?.message).toBe(
      "The origin's answer is not valid UTF-8. If it is in another encoding, name that in charset.",
    );
  });
});

/** README's pictures: each is there in both themes, as small as scripts/limits.json says, and README shows no other. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT } from '../../scripts/lib/wrangler.ts';
import limits from '../../scripts/limits.json' with { type: 'json' };
import { FOLDER, PICTURES, PICTURES_PATH, THEMES } from '../../scripts/pictures/list.ts';

const readme = readFileSync(join(PROJECT, 'README.md'), 'utf8');
const files = PICTURES.flatMap(({ name, viewport }) =>
  THEMES.map((theme) => ({ file: `${name}-${theme}.webp`, viewport })),
);

describe('the pictures of README', () => {
  it.each(files)('$file is a picture of its size, and no larger a file than it may be', ({ file, viewport }) => {
    const bytes = readFileSync(join(FOLDER, file));
    expect(sizeOf(bytes)).toEqual(viewport);
    expect(bytes.length).toBeLessThanOrEqual(limits.pictureBytes);
  });

  it('are all there are, and shown as the reader has light or dark', () => {
    expect(readdirSync(FOLDER).sort()).toEqual(files.map(({ file }) => file).sort());
    const shown = readme.matchAll(
      /<source media="\(prefers-color-scheme: dark\)" srcset="([^"]+)"><img src="([^"]+)" width="[\d.]+%" alt="[^"]{20,}">/g,
    );
    expect(Array.from(shown, ([, dark, light]) => [light, dark])).toEqual(
      PICTURES.map(({ name }) => THEMES.map((theme) => `${PICTURES_PATH}/${name}-${theme}.webp`)),
    );
  });

  it('stand before the first heading of README', () => {
    expect(readme.indexOf('<picture>')).toBeGreaterThan(0);
    expect(readme.lastIndexOf('</picture>')).toBeLessThan(readme.indexOf('\n## '));
  });
});

/** Width and height of a WebP in the extended format (RFC 9649 section 2.7), where one less than each stands in 24 bits. */
function sizeOf(bytes: Buffer): { width: number; height: number } {
  expect(bytes.toString('latin1', 0, 4) + bytes.toString('latin1', 8, 16)).toBe('RIFFWEBPVP8X');
  return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
}

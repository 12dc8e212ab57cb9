/** What the console is to load before anything shows, within scripts/limits.json; and that all its texts stand in its catalogue. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { buildConsole } from '../../scripts/console/build.ts';
import { PROJECT } from '../../scripts/lib/wrangler.ts';
import limits from '../../scripts/limits.json' with { type: 'json' };

const { files, first } = await buildConsole();
const size = (names: readonly string[]) =>
  names.reduce((sum, name) => sum + gzipSync(files.get(name) ?? '', { level: 6 }).length, 0);

describe('the first screen of the console', () => {
  it('takes no more script than it may', () => {
    expect(first).toContain('app.js');
    expect(size(first)).toBeGreaterThan(0);
    expect(size(first)).toBeLessThanOrEqual(limits.consoleGzippedBytes.firstScreenScript);
  });

  it('is without the sign-in at a provider, which few services have', () => {
    const pieces = [...files].filter(([, content]) => Buffer.from(content).includes('code_challenge_method'));
    expect(pieces).toHaveLength(1);
    expect(first).not.toContain(pieces[0]?.[0]);
  });

  it('takes no more style than it may', () => {
    expect(size(['app.css'])).toBeGreaterThan(0);
    expect(size(['app.css'])).toBeLessThanOrEqual(limits.consoleGzippedBytes.style);
  });
});

describe('the charts of the console', () => {
  const plots = [...files.keys()].filter((name) => name.startsWith('plot-'));

  it('are a piece of the script that the first screen does not wait for, no larger than it may be', () => {
    expect(plots).toHaveLength(1);
    expect(first).not.toContain(plots[0]);
    expect(size(plots)).toBeGreaterThan(0);
    expect(size(plots)).toBeLessThanOrEqual(limits.consoleGzippedBytes.charts);
  });
});

describe('the console', () => {
  const source = join(PROJECT, 'console/src');
  const components = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tsx'));

  // Lint (`noJsxLiterals`) finds text between tags.
  it.each(components)('has no text of its own in attributes that people read: %s', (name) => {
    const code = readFileSync(join(source, name), 'utf8').replaceAll(/\$\{[^}]*\}/g, '');
    expect(
      code.match(/\b(title|label|placeholder|alt|aria-label|empty)=("[^"]*\p{L}|\{['"`][^'"`]*\p{L})/u),
    ).toBeNull();
  });

  it('makes no elements out of text, and takes none of its styles from a script', () => {
    const code = components.map((name) => readFileSync(join(source, name), 'utf8')).join('\n');
    expect(code).not.toMatch(/dangerouslySetInnerHTML|innerHTML|\bstyle=/);
  });
});

/** docs/operations.md says of each screen of the console what it answers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PROJECT } from '../../scripts/lib/wrangler.ts';

const read = (path: string) => readFileSync(join(PROJECT, path), 'utf8');
const chapter = /\n## The console\n([\s\S]*?)\n## /.exec(read('docs/operations.md'))?.[1] ?? '';
const texts = read('console/src/texts/shell.ts');
const names = Array.from(
  read('console/src/shell/screens.ts').matchAll(/label: \(\) => shell\(\)\.(\w+)/g),
  ([, name]) => new RegExp(`^ {4}${name}: '([^']+)'`, 'm').exec(texts)?.[1] ?? `no text for ${name}`,
);

it('has screens in its navigation', () => {
  expect(names).toContain('Overview');
});

it.each(names)('%s', (name) => {
  expect(chapter).toMatch(new RegExp(`^\\| ${name} \\| .{30,}\\|$`, 'm'));
});

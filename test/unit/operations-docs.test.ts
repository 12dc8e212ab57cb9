/** docs/operations.md says what the log line of each change by an administrator has. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PROJECT } from '../../scripts/lib/wrangler.ts';

const read = (path: string) => readFileSync(join(PROJECT, path), 'utf8');
const [, events = ''] = /interface LoggedEvents \{([\s\S]*?)\n\}/.exec(read('src/http/administration-log.ts')) ?? [];
const names = Array.from(events.matchAll(/^ {2}'([\w.]+)':/gm), ([, name = '']) => name);
const page = read('docs/operations.md');

it('has events to say it of', () => {
  expect(names).toContain('caches.purged');
});

it.each(names)('%s', (name) => {
  expect(page).toMatch(new RegExp(`^\\| [^|]*\`${name}\`[^|]* \\| .*\`\\w+\`.*\\|$`, 'm'));
});

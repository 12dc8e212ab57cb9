/** client/README.md shows the drivers as they are compiled and tested. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const CLIENT = join(import.meta.dirname, '../..');
const readme = readFileSync(join(CLIENT, 'README.md'), 'utf8');
const folder = join(CLIENT, 'examples/drivers');

it.each(readdirSync(folder))('shows %s as it stands', (file) => {
  const [, code] = readFileSync(join(folder, file), 'utf8').split(/^\/\*\*.*\*\/\n\n/);
  expect(readme).toContain(`\`\`\`ts\n${code}\`\`\`\n`);
});

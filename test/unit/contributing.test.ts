/** The change that CONTRIBUTING.md leads through still fits the code. test/tools/contributing.test.ts makes it. */

import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { PROJECT } from '../../scripts/lib/wrangler.ts';
import { shellBlocks } from '../support/shell-blocks.ts';

const patches = shellBlocks('CONTRIBUTING.md').flatMap(({ commands }) =>
  Array.from(commands.matchAll(/^git apply <<'END'\n(.*?)^END$/gms), ([, patch = '']) => patch),
);

it('has a patch for the code, for its texts and for its documents', () => {
  expect(patches).toHaveLength(3);
});

it.each(
  patches.map((patch) => [Array.from(patch.matchAll(/^\+\+\+ b\/(.*)$/gm), ([, file]) => file).join(', '), patch]),
)('a reader can apply the patch of %s', (_, patch) => {
  // On a failure git says which file, and from which line on, has changed: mend CONTRIBUTING.md.
  const args = ['apply', '--check', '-'];
  expect(() =>
    execFileSync('git', args, { cwd: PROJECT, input: patch, stdio: ['pipe', 'pipe', 'pipe'] }),
  ).not.toThrow();
});

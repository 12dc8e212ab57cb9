/** The shell commands of a document as a reader would paste them, and the answers that the document shows for them. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../../scripts/lib/wrangler.ts';

export interface ShellBlock {
  commands: string;
  /** The answer that follows it; empty: there is none. */
  answer: string;
}

/** The `sh` blocks of a document in order, except those that install or start the project. */
export function shellBlocks(path: string): ShellBlock[] {
  const text = readFileSync(join(PROJECT, path), 'utf8');
  return blocksIn(text).filter(({ commands }) => !commands.startsWith('npm ci'));
}

function blocksIn(document: string): ShellBlock[] {
  const fences = Array.from(document.matchAll(/^```(\w*)\n(.*?)^```$/gms), (found) => ({
    kind: found[1] ?? '',
    text: found[2] ?? '',
    from: found.index,
    to: found.index + found[0].length,
  }));
  return fences.flatMap(({ kind, text, to }, at) => {
    if (kind !== 'sh') return [];
    const next = fences[at + 1];
    // An answer follows directly; a block further below belongs to the text.
    const isAnswer = next !== undefined && ['', 'json'].includes(next.kind) && next.from === to + 1;
    return [{ commands: text, answer: isAnswer ? next.text : '' }];
  });
}

/** One script that runs the blocks in one shell, and marks the beginning of each output. */
export function scriptOf(blocks: readonly ShellBlock[]): string {
  return blocks.map(({ commands }, at) => `echo; echo '@@ ${at}'\n${commands}`).join('');
}

/** The output of each block of such a script. */
export function outputsOf(stdout: string, blocks: readonly ShellBlock[]): string[] {
  return blocks.map((_, at) => (stdout.split(`\n@@ ${at}\n`)[1] ?? '').split(/\n@@ \d+\n/)[0] ?? '');
}

/** An answer without its data: status lines, whether the content is a table or a delta, problems. */
export function gist(answer: string): string[] {
  const telling = /^HTTP\/1\.1 \d{3}|^Content-Version: "delta|"type": ?"\/docs\/problems#[\w-]+|^event: \w+/gm;
  return Array.from(answer.matchAll(telling), ([found]) => found);
}

/** The code in a document. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../../../scripts/lib/wrangler.ts';

export interface CodeBlock {
  /** `ts`, `tsx`, `js`, `sh`, … */
  language: string;
  /** Heading that it stands under. */
  section: string;
  code: string;
}

/** All fenced blocks of a document, in its order. @param path from the project's folder */
export function codeBlocks(path: string): CodeBlock[] {
  return readFileSync(join(PROJECT, path), 'utf8')
    .split(/^#{2,3} /m)
    .flatMap((part) =>
      Array.from(part.matchAll(/^```(\w+)\n(.*?)^```$/gms), ([, language = '', code = '']) => {
        return { language, code, section: part.split('\n', 1)[0] ?? '' };
      }),
    );
}

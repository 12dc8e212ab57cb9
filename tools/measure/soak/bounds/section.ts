/** What the bounds were and are, for docs/reliability.md. */

import { readReport } from '../reports.ts';
import { table } from '../table.ts';
import type { BoundReport } from './index.ts';

/** The section, its heading included. */
export function boundsSection(): string {
  const reports = Object.values(readReport<Record<string, BoundReport>>('bounds') ?? {});
  const rows = reports.flatMap(({ title, before = {}, after = {} }) => {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.map((name, at) => [at === 0 ? title : '', name, before[name] ?? '', after[name] ?? '']);
  });
  return `## What one request may hold, and one user may use

Each is measured on a service of its own, built as a deploy would upload it, in workerd (\`npm run soak -- bounds\`): before
the bounds were set, and as it is now. Memory is that of the whole process, local stores included, above what it had
before; readers take 4 KB a second. Seconds and CPU are of a machine that did other things as well.

${table(['what is done', 'what is counted', 'before', 'now'], rows)}`;
}

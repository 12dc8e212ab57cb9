/** All parts besides the operations, under the names that `--ops` takes. */

import { deploy } from './deploy.ts';
import { pages } from './pages.ts';
import type { Part } from './part.ts';
import { success } from './success.ts';
import { syncHot } from './sync-hot.ts';
import { syncUnknown } from './sync-unknown.ts';
import { table } from './table.ts';
import { tableCalls } from './table-calls.ts';
import { wake } from './wake.ts';

export const PARTS: Readonly<Record<string, Part>> = {
  success,
  'sync-hot': syncHot,
  'sync-unknown': syncUnknown,
  table,
  'table-calls': tableCalls,
  pages,
  wake,
  deploy,
};

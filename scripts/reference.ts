/** Writes the generated part of docs/resources.md again, after a change of the schema of definitions. */

import { writeFileSync } from 'node:fs';
import { PAGE, readPage, withTable } from './reference/page.ts';

writeFileSync(PAGE, withTable(readPage()));

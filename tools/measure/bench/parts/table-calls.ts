/**
 * The calls of stores that the load of a large table makes, counted on the running service
 * (tools/measure/cost/counting/).
 */

import { CountedService } from '../../cost/counted-service.ts';
import type { Counts } from '../../cost/counts.ts';
import { define } from '../operations/stage.ts';
import type { Figure, Part } from './part.ts';
import { FLIGHTS } from './table.ts';

export const tableCalls: Part = async ({ origin }, { tell }) => {
  const service = await CountedService.start({});
  try {
    await define({ service: service.worker, originUrl: origin.url }, 'flights', FLIGHTS);
    const figures: Figure[] = [];
    for (const which of ['first load', '1 % changed'] as const) {
      const counts = await service.count(() => service.worker.api.load('flights', { year: 2026 }));
      const figure = (what: string, value: number, most: number) => {
        tell(`table, ${which}: ${what} ${value}`);
        // The first load of a cache also creates the object's tables, and D1's row with its index entries.
        figures.push({
          what: `100,000 rows, ${which}: ${what}`,
          value,
          unit: '',
          most: which === 'first load' ? null : most,
        });
      };
      figure('rows written', rowsWritten(counts), 8);
      figure('operations of R2', counts.r2ClassA + counts.r2ClassB, 3);
    }
    return figures;
  } finally {
    await service.stop();
  }
};

/** In D1 and the object, alarms included. */
function rowsWritten({ d1RowsWritten, objectRowsWritten }: Counts): number {
  return d1RowsWritten + objectRowsWritten;
}

/** `npm run cost`: its options, which describe a fleet. */

import { describe, expect, it } from 'vitest';
import { readCounted } from '../../tools/measure/cost/counted-file.ts';
import { estimate } from '../../tools/measure/cost/estimate.ts';
import { FLEET, fleetOf, WAY_NAMES } from '../../tools/measure/cost/fleet.ts';
import { needsOf } from '../../tools/measure/cost/limits.ts';
import { readOptions } from '../../tools/measure/cost/options.ts';
import { optionOf } from '../../tools/measure/cost/tables.ts';

describe('the options of npm run cost', () => {
  it('describe a fleet, and what they leave out is the default', () => {
    expect(readOptions(['--live', 'hub', '--devices', '20000', '--share-304', '1', '--json'])).toEqual({
      fleet: { ...fleetOf(), live: 'hub', devices: 20_000, share304: 1 },
      ...{ counted: false, write: false, json: true },
    });
  });

  it.each([
    ['--devices=0', '--devices must be a number of 1 or more.'],
    ['--devices=-5', '--devices must be a number of 1 or more.'],
    ['--devices=many', '--devices must be a number of 1 or more.'],
    ['--devices=', '--devices must be a number of 1 or more.'],
    ['--share-304=90', '--share-304 must be a number from 0 to 1.'],
    ['--webhooks=-1', '--webhooks must be a number of 0 or more.'],
    ['--live=push', '--live must be one of poll, batch, hub.'],
    ['--device=5', "Unknown option '--device'"],
  ])('%s is refused with what the option may be', (option, message) => {
    expect(() => readOptions([option])).toThrow(message);
  });

  it('give a bill and limits, also at the least and at the most that each may be', () => {
    const counted = readCounted();
    for (const [name, [, , least = 0, most]] of Object.entries<readonly [number, string, number?, number?]>(FLEET)) {
      for (const value of most === undefined ? [least] : [least, most]) {
        for (const live of WAY_NAMES) {
          const { fleet } = readOptions([`--live=${live}`, `--${optionOf(name)}=${value}`]);
          const { aMillionHours, total } = estimate(fleet, counted);
          const figures = [total, ...Object.values(aMillionHours), ...Object.values(needsOf(fleet, counted))];
          expect(figures, `${live} ${name} ${value}`).toEqual(
            figures.map((figure) => (figure >= 0 ? figure : 'a number')),
          );
          expect(figures.every(Number.isFinite), `${live} ${name} ${value}`).toBe(true);
        }
      }
    }
  });
});

/** The command line of `npm run bench` and `npm run bench:peers`. */

import { readCommandLine, refuseUsage } from '../../../scripts/lib/command-line.ts';

/** The options but `--ops`, for the usage. */
export const OPTIONS = `  --connections  how many at the same time, one measurement for each: 16,256
  --seconds      how long each measurement takes, s: 3
  --rounds       how often each is repeated: 5
  --warmup       how long the load runs before the first measurement, s: 2
  --patience     how long to wait for a quiet machine before each measurement, s: 30
  --json         prints the results as JSON
  --help         prints this text`;

/** The options, checked. */
export interface BenchOptions {
  json: boolean;
  seconds: number;
  rounds: number;
  warmupS: number;
  patienceS: number;
  connections: [number, ...number[]];
  /** The names of what is measured. */
  ops: ReadonlySet<string>;
}

/** @param known names that `--ops` may have; without it, all are measured. Ends the process if an option is wrong */
export function readOptions(usage: string, known: readonly string[]): BenchOptions {
  const { values } = readCommandLine(usage, {
    options: {
      json: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '3' },
      rounds: { type: 'string', default: '5' },
      warmup: { type: 'string', default: '2' },
      patience: { type: 'string', default: '30' },
      connections: { type: 'string', default: '16,256' },
      ops: { type: 'string' },
    },
  });
  const atLeast = (least: number, name: string, text: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least) return value;
    return refuseUsage(usage, `--${name} must be ${least} or more, not "${text}".`);
  };
  const names = values.ops?.split(',') ?? known;
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) refuseUsage(usage, `--ops takes ${known.join(', ')}, not "${unknown}".`);
  const [first = '', ...more] = values.connections.split(',');
  return {
    json: values.json,
    seconds: atLeast(1, 'seconds', values.seconds),
    rounds: atLeast(1, 'rounds', values.rounds),
    warmupS: atLeast(1, 'warmup', values.warmup),
    patienceS: atLeast(0, 'patience', values.patience),
    connections: [atLeast(1, 'connections', first), ...more.map((text) => atLeast(1, 'connections', text))],
    ops: new Set(names),
  };
}

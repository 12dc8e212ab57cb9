/** The command line of `npm run bench`. */

import { parseArgs } from 'node:util';

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

/**
 * @param known names that `--ops` may have; without it, all are measured. @throws Error that names the option, or an
 * unknown one
 */
export function readOptions(args: readonly string[], known: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
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
  const [first = '', ...more] = values.connections.split(',');
  return {
    json: values.json,
    seconds: atLeast(1, 'seconds', values.seconds),
    rounds: atLeast(1, 'rounds', values.rounds),
    warmupS: atLeast(1, 'warmup', values.warmup),
    patienceS: atLeast(0, 'patience', values.patience),
    connections: [atLeast(1, 'connections', first), ...more.map((text) => atLeast(1, 'connections', text))],
    ops: chosen(values.ops, known),
  };
}

function chosen(text: string | undefined, known: readonly string[]): ReadonlySet<string> {
  const names = text?.split(',') ?? known;
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`--ops takes ${known.join(', ')}, not "${unknown}".`);
  return new Set(names);
}

function atLeast(least: number, name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new Error(`--${name} must be ${least} or more, not "${text}".`);
}

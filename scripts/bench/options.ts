/** What the command line of `npm run bench` says. */

import { parseArgs } from 'node:util';

/** The options, checked. */
export interface BenchOptions {
  json: boolean;
  seconds: number;
  rounds: number;
  warmupS: number;
  patienceS: number;
  connections: number[];
  /** Names of operations; null: all. */
  ops: string[] | null;
}

/** @throws Error that names the option, or an unknown one */
export function readOptions(args: readonly string[]): BenchOptions {
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
  return {
    json: values.json,
    seconds: atLeast(1, 'seconds', values.seconds),
    rounds: atLeast(1, 'rounds', values.rounds),
    warmupS: atLeast(1, 'warmup', values.warmup),
    patienceS: atLeast(0, 'patience', values.patience),
    connections: values.connections.split(',').map((text) => atLeast(1, 'connections', text)),
    ops: values.ops?.split(',') ?? null,
  };
}

function atLeast(least: number, name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new Error(`--${name} must be ${least} or more, not "${text}".`);
}

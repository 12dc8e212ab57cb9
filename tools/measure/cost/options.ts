/** The options of `npm run cost`: the numbers of a fleet, its way, and what to do with the result. */

import { parseArgs } from 'node:util';
import { FLEET, type Fleet, fleetOf, WAY_NAMES, type Way } from './fleet.ts';
import { optionOf } from './tables.ts';

/** What the command line asks for. */
export interface CostOptions {
  fleet: Fleet;
  /** Use the stored counts instead of counting. */
  counted: boolean;
  write: boolean;
  json: boolean;
}

type FleetNumber = keyof typeof FLEET;
const NUMBERS = Object.keys(FLEET) as FleetNumber[];
const FLAGS = {
  counted: { type: 'boolean', default: false },
  write: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

/** @throws Error that names the option and what it may be */
export function readOptions(args: readonly string[]): CostOptions {
  const named = Object.fromEntries(NUMBERS.map((name) => [optionOf(name), { type: 'string' as const }]));
  const live = { type: 'string', default: 'poll' } as const;
  const { values } = parseArgs({ args: [...args], options: { ...named, live, ...FLAGS } });
  const texts = new Map(Object.entries<unknown>(values));
  const told: Partial<Record<FleetNumber, number>> = {};
  for (const name of NUMBERS) {
    const text = texts.get(optionOf(name));
    if (typeof text === 'string') told[name] = numberOf(name, text);
  }
  const { counted, write, json } = values;
  return { fleet: fleetOf({ ...told, live: wayOf(values.live) }), counted, write, json };
}

function numberOf(name: FleetNumber, text: string): number {
  const [, , least = 0, most = Number.POSITIVE_INFINITY]: readonly [number, string, number?, number?] = FLEET[name];
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(number) && number >= least && number <= most) return number;
  const bounds = most === Number.POSITIVE_INFINITY ? `of ${least} or more` : `from ${least} to ${most}`;
  throw new Error(`--${optionOf(name)} must be a number ${bounds}.`);
}

function wayOf(text: string): Way {
  const way = WAY_NAMES.find((name) => name === text);
  if (way === undefined) throw new Error(`--live must be one of ${WAY_NAMES.join(', ')}.`);
  return way;
}

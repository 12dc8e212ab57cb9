/** A command of the model: one event, and what happens to calls of the stores meanwhile. */

import fc from 'fast-check';
import { Problem } from '../../../src/contract/problem.ts';
import { Violation } from '../task-machine/world.ts';
import type { Model } from './model.ts';
import type { Fates, RealCache } from './real-cache.ts';

/** Judges an answer after object and stores have been read again. */
export type Judge = () => void;

/** One kind of command. */
export interface Kind {
  name: string;
  /** Frequency, relative to the others. */
  weight: number;
  /** Whether the command is possible now; left out: always. */
  can?(model: Model): boolean;
  /** Neither object nor stores are involved. */
  isOutside?: boolean;
  /** Executes the command. `pick` chooses where there is a choice. */
  act(model: Model, real: RealCache, pick: number): Promise<Judge | undefined>;
}

class Command implements fc.AsyncCommand<Model, RealCache> {
  readonly #kind: Kind;
  readonly #pick: number;
  readonly #fates: Fates;

  constructor(kind: Kind, pick: number, fates: Fates) {
    this.#kind = kind;
    this.#pick = pick;
    this.#fates = fates;
  }

  check(model: Readonly<Model>): boolean {
    return this.#kind.can?.(model) ?? true;
  }

  async run(model: Model, real: RealCache): Promise<void> {
    await perform(this.#kind, model, real, this.#pick, this.#fates);
  }

  toString(): string {
    const fates = Object.entries(this.#fates).map(([store, mode]) => `, ${store} ${mode}`);
    return `${this.#kind.name} (${this.#pick}${fates.join('')})`;
  }
}

/** Executes one command, then checks everything that must hold. */
export async function perform(kind: Kind, model: Model, real: RealCache, pick = 0, fates: Fates = {}): Promise<void> {
  model.step += 1;
  model.tally.command(kind.name);
  real.weather.fates = fates;
  const judge = await kind.act(model, real, pick).catch((error: unknown) => {
    throw error instanceof Problem ? new Violation('the object answers every call') : error;
  });
  if (kind.isOutside) return;
  await model.see(real, judge ?? (() => undefined));
}

const FATES = fc.oneof(
  { weight: 10, arbitrary: fc.constant<Fates>({}) },
  { weight: 5, arbitrary: fc.constant<Fates>({ D1: 'comes late' }) },
  { weight: 1, arbitrary: fc.constant<Fates>({ D1: 'loses its answer' }) },
  { weight: 1, arbitrary: fc.constant<Fates>({ D1: 'throws', queue: 'throws' }) },
  { weight: 2, arbitrary: fc.constant<Fates>({ queue: 'throws' }) },
  { weight: 4, arbitrary: fc.constant<Fates>({ R2: 'loses its answer' }) },
  { weight: 4, arbitrary: fc.constant<Fates>({ R2: 'throws' }) },
);

/** A sequence of commands. */
export type Commands = Iterable<fc.AsyncCommand<Model, RealCache, boolean>>;

/** Sequences of up to this many commands of these kinds. */
export function sequencesOf(kinds: readonly Kind[], maxCommands: number): fc.Arbitrary<Commands> {
  const drawn = kinds.flatMap((kind) => {
    const one = fc.tuple(fc.nat(59), FATES).map(([pick, fates]) => new Command(kind, pick, fates));
    return Array.from({ length: kind.weight }, () => one);
  });
  return fc.commands(drawn, { maxCommands, size: 'max' });
}

/** Results of measurements, stored as JSON in a folder of the documentation; pages are made from them. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../../../scripts/lib/wrangler.ts';

export class Reports {
  readonly folder: string;

  /** `folder`: relative to the project. */
  constructor(folder: string) {
    this.folder = join(PROJECT, folder);
  }

  /** A report; null: there is none. */
  read<Report>(name: string): Report | null {
    const file = this.#fileOf(name);
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : null;
  }

  /** Stores a report; `shown` converts its numbers, and those that become undefined are left out. */
  write(name: string, report: object, shown: (number: number) => number | undefined = (number) => number): void {
    mkdirSync(this.folder, { recursive: true });
    const text = JSON.stringify(report, (_name, value) => (typeof value === 'number' ? shown(value) : value), 2);
    writeFileSync(this.#fileOf(name), `${text}\n`);
  }

  #fileOf(name: string): string {
    return join(this.folder, `${name}.json`);
  }
}

/** Writes a page of the documentation. */
export function writePage(path: string, text: string): void {
  writeFileSync(join(PROJECT, path), text);
}

/** Returns a function that prints progress to stderr, apart from results, with the seconds since this call. */
export function progress(): (line: string) => void {
  const begun = performance.now();
  return (line) => console.error(`… ${Math.round((performance.now() - begun) / 1000)} s  ${line}`);
}

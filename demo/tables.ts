/** The public tables of the demo origin, read from npm packages (vega-datasets, country-json). */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@vanillaes/csv';

/** A value in a table. */
export type Cell = string | number | null;
/** Column -> value. */
export type Row = Record<string, Cell>;

const PACKAGES = join(import.meta.dirname, '../node_modules');

/** Countries with capital, continent, population and area in square kilometres. */
export const countries: Row[] = joinCountries();
/** Cars of the model years 1970 to 1982. */
export const cars: Row[] = readCars();
/** Daily weather of Seattle, 2012 to 2015. */
export const weather: Row[] = readCsv('vega-datasets/data/seattle-weather.csv');
/** Airports of the United States; each user inspects some of them. */
export const airports: Row[] = readCsv('vega-datasets/data/airports.csv').map((row) => ({ ...row, open_findings: 0 }));
/** Map of London's boroughs (TopoJSON): a body that is not a table. */
export const boroughs: string = readPackageFile('vega-datasets/data/londonBoroughs.json');

function joinCountries(): Row[] {
  const column = (file: string, member: string): Map<Cell, Cell> =>
    new Map(
      readJson(`country-json/src/country-by-${file}.json`).map((row) => [row.country ?? null, row[member] ?? null]),
    );
  const capital = column('capital-city', 'city');
  const continent = column('continent', 'continent');
  const area = column('surface-area', 'area');
  return Array.from(column('population', 'population'), ([country, population]) => ({
    country,
    capital: capital.get(country) ?? null,
    continent: continent.get(country) ?? null,
    population,
    area: area.get(country) ?? null,
  }));
}

function readCars(): Row[] {
  return readJson('vega-datasets/data/cars.json').map((row, index) => ({
    id: index + 1,
    name: row.Name ?? null,
    origin: row.Origin ?? null,
    year: Number(String(row.Year).slice(0, 4)),
    miles_per_gallon: row.Miles_per_Gallon ?? null,
    cylinders: row.Cylinders ?? null,
    horsepower: row.Horsepower ?? null,
    weight_lbs: row.Weight_in_lbs ?? null,
  }));
}

function readPackageFile(path: string): string {
  return readFileSync(join(PACKAGES, path), 'utf8');
}

function readJson(path: string): Row[] {
  return JSON.parse(readPackageFile(path)) as Row[];
}

function readCsv(path: string): Row[] {
  const [names = [], ...lines]: string[][] = parse(readPackageFile(path));
  return lines.map((cells) => Object.fromEntries(names.map((name, at) => [name, parseCell(cells[at] ?? '')])));
}

function parseCell(text: string): Cell {
  // Codes such as 003 stay texts.
  return /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text) ? Number(text) : text;
}

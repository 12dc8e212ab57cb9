/** The tables in Tablet, and how they are shown. */

import type { Parameters, Row } from '@freshet/client';

/** A column on the screen. */
export interface Column {
  name: string;
  label: string;
  isNumber?: boolean;
  /** On a phone its values are shown below the first column's. */
  isSmall?: boolean;
  /** Follows a value there. */
  unit?: string;
}

/** A resource of the service as one page. */
export interface Listing {
  /** The page's name in the address. */
  page: string;
  label: string;
  /** The noun for its rows: singular, plural. */
  nouns: readonly [string, string];
  /** Resource, and its parameters unless the page sets others. */
  title: string;
  parameters: Parameters;
  table: string;
  /** Column that stays the same when other cells of a row change. */
  key: string;
  columns: readonly Column[];
  /** Path of the rows in the demo's ERP. */
  erpPath(parameters: Parameters, user: string): string;
  /** What this page demonstrates. */
  about: string;
}

export const FIRST_YEAR = 1970;
export const LAST_YEAR = 1982;

export const LISTINGS: readonly [Listing, ...Listing[]] = [
  {
    page: 'cars',
    label: 'Cars',
    nouns: ['car', 'cars'],
    title: 'cars',
    parameters: { year: LAST_YEAR },
    table: 'cars',
    key: 'id',
    columns: [
      { name: 'name', label: 'Car' },
      { name: 'origin', label: 'Built in', isSmall: true },
      { name: 'cylinders', label: 'Cylinders', isNumber: true, isSmall: true, unit: ' cyl.' },
      { name: 'miles_per_gallon', label: 'Miles / gallon', isNumber: true },
      { name: 'horsepower', label: 'Horsepower', isNumber: true, isSmall: true, unit: ' hp' },
      { name: 'weight_lbs', label: 'Weight, lb', isNumber: true },
    ],
    erpPath: ({ year }) => `/cars?year=${year}`,
    about: 'All users share one copy. Each year is a cache of its own.',
  },
  {
    page: 'inspections',
    label: 'Inspections',
    nouns: ['airport', 'airports'],
    title: 'inspections',
    parameters: {},
    table: 'inspections',
    key: 'iata',
    columns: [
      { name: 'name', label: 'Airport' },
      { name: 'iata', label: 'Code', isSmall: true },
      { name: 'city', label: 'City', isSmall: true },
      { name: 'state', label: 'State' },
      { name: 'open_findings', label: 'Findings', isNumber: true },
    ],
    erpPath: (_parameters, user) => `/inspections?user=${encodeURIComponent(user)}`,
    about: 'Only your rows: each user has a cache of their own.',
  },
  {
    page: 'countries',
    label: 'Countries',
    nouns: ['country', 'countries'],
    title: 'countries',
    parameters: {},
    table: 'countries',
    key: 'country',
    columns: [
      { name: 'country', label: 'Country' },
      { name: 'capital', label: 'Capital', isSmall: true },
      { name: 'continent', label: 'Continent', isSmall: true },
      { name: 'population', label: 'People', isNumber: true },
      { name: 'area', label: 'Area, km²', isNumber: true, isSmall: true, unit: ' km²' },
    ],
    erpPath: () => '/countries',
    about: 'Two tables in one cache, of which this is the first.',
  },
];

/** A row with the service's row id. */
export interface Named {
  id: number;
  row: Row;
}

/** The demo's resources, as bodies of `PUT /resources/<title>/`. */

import type * as v from 'valibot';
import type { Resource } from '../src/contract/resource.ts';

/** A definition in a request: members with a default may be left out. */
export type ResourceInput = v.InferInput<typeof Resource>;

/** Title -> definition, for an origin at the given address (`http://127.0.0.1:8788`). */
export function demoResources(origin: string): Record<string, ResourceInput> {
  return {
    countries: {
      description: 'Countries and continents of the world, with people and area (km²)',
      origin: { url: `${origin}/countries{?continent}` },
      parameters: {
        type: 'object',
        properties: { continent: { type: 'string', description: 'Only countries of this continent' } },
      },
      ttl_s: 3600,
      stale_while_revalidate_s: 600,
      guard: { min_rows: 1, max_deleted: 0.5 },
      tables: [
        { name: 'countries', rows: '/countries', columns: ['country', 'capital', 'continent', 'population', 'area'] },
        { name: 'continents', rows: '/continents', columns: ['continent', 'countries', 'population'] },
      ],
    },
    cars: {
      description: 'Cars of one model year, with consumption and weight',
      origin: { url: `${origin}/cars{?year,origin}` },
      parameters: {
        type: 'object',
        properties: {
          year: { type: 'integer', minimum: 1970, maximum: 1982, default: 1982 },
          origin: { type: 'string', enum: ['Europe', 'Japan', 'USA'] },
        },
      },
      ttl_s: 60,
      stale_while_revalidate_s: 60,
      tables: [
        {
          name: 'cars',
          rows: '/cars',
          columns: ['id', 'name', 'origin', 'year', 'miles_per_gallon', 'cylinders', 'horsepower', 'weight_lbs'],
        },
      ],
    },
    weather: {
      description: 'Weather of Seattle, a row for each day of a year',
      origin: { url: `${origin}/weather{?year}` },
      parameters: {
        type: 'object',
        properties: { year: { type: 'integer', minimum: 2012, maximum: 2015, default: 2015 } },
      },
      tables: [
        { name: 'days', rows: '/days', columns: ['date', 'precipitation', 'temp_max', 'temp_min', 'wind', 'weather'] },
      ],
    },
    // Each user has a cache of their own: the request to the origin names the user.
    inspections: {
      description: 'Airports that you inspect, with your open findings',
      origin: { url: `${origin}/inspections?user={_user}` },
      scope: 'user',
      ttl_s: 300,
      tables: [{ name: 'inspections', rows: '/items', columns: ['iata', 'name', 'city', 'state', 'open_findings'] }],
    },
    // CSV, whose cells are strings; loaded every five minutes as long as the cache is being read.
    airports: {
      description: 'Airports of the United States, of all states or of one',
      origin: { url: `${origin}/airports{?state}` },
      parameters: { type: 'object', properties: { state: { type: 'string', pattern: '^[A-Z]{2}$' } } },
      format: 'csv',
      schedule: '*/5 * * * *',
      tables: [{ name: 'airports', columns: ['iata', 'name', 'city', 'state', 'open_findings'] }],
    },
    // No tables: the map is stored and versioned as a whole.
    boroughs: {
      description: 'Boroughs of London, as TopoJSON',
      origin: { url: `${origin}/boroughs` },
      content_type: 'application/json',
    },
  };
}

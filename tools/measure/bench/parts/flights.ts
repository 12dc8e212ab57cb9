/** The tables of the origin's `/flights`: 100,000 public rows (flights of vega-datasets). */

export const TABLES = [{ name: 'flights', rows: '/rows', columns: ['delay', 'distance', 'time'] }];

/** What a device reads: tables, their changes, and events about new versions. */

export const TABLES = [
  {
    name: 'cars',
    columns: ['id', 'name', 'origin', 'year', 'miles_per_gallon', 'cylinders', 'horsepower', 'weight_lbs'],
    data: [
      [1, 346, 'plymouth reliant', 'USA', 1982, 27.2, 4, 84, 2490],
      [2, 347, 'buick skylark', 'USA', 1982, 26.6, 4, 84, 2635],
      [6, 351, 'toyota starlet', 'Japan', 1982, 39.1, 4, 58, 1755],
    ],
  },
];

export const DELTA = [
  {
    name: 'cars',
    insert_rows: [
      [62, 346, 'plymouth reliant', 'USA', 1982, 27.2, 4, 84, 2491],
      [63, 347, 'buick skylark', 'USA', 1982, 26.6, 4, 84, 2636],
    ],
    delete_ids: [1, 2],
  },
];

export const LIVE = `retry: 1000

event: version
data: {"version":5,"etag":"2d85c16d29704923-v5","inserted":2,"deleted":2}
id: v5

`;

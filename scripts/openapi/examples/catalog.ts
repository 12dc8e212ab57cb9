/** What readers see of the demo's resource `cars`. */

export const ENTRY = {
  title: 'cars',
  description: 'Cars of one model year, with consumption and weight',
  parameters: {
    type: 'object',
    properties: {
      year: { type: 'integer', minimum: 1970, maximum: 1982, default: 1982 },
      origin: { type: 'string', enum: ['Europe', 'Japan', 'USA'] },
    },
    additionalProperties: false,
  },
  tables: [
    {
      name: 'cars',
      columns: ['id', 'name', 'origin', 'year', 'miles_per_gallon', 'cylinders', 'horsepower', 'weight_lbs'],
    },
  ],
};

/** The beginning of the document of `cars`. */
export const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'cars', version: '1', description: ENTRY.description },
  paths: {
    '/api/v1/rpc/cars/': {
      get: {
        operationId: 'readCache',
        parameters: [{ in: 'query', name: 'year', required: false, schema: ENTRY.parameters.properties.year }],
      },
    },
  },
  components: { schemas: { ResourceParameters: ENTRY.parameters } },
};

/** Parameters of paths, for the OpenAPI text. */

import type { DescribeRouteOptions } from 'hono-openapi';

type Parameter = NonNullable<DescribeRouteOptions['parameters']>[number];

/** A text in the path, percent-encoded there. */
export function pathParameter(name: string, description: string): Parameter {
  return { in: 'path', name, description, required: true, schema: { type: 'string' } };
}

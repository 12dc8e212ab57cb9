/**
 * Middleware for every request: sets the request's id, which is in its answer and in each of its log lines, sets the
 * headers of every answer, and counts figures. All in one middleware, because each one adds a hundredth to the cost of
 * a short request.
 */

import { requestId } from 'hono/request-id';
import { HEADER } from '../contract/constants.ts';
import { withLogFields } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { setAnswerHeaders } from './answer-headers.ts';
import { factory } from './factory.ts';
import { countRequest } from './request-figures.ts';

const named = requestId({ headerName: HEADER.requestId });

/** Outermost middleware: it sees the answer that the client gets. */
export function everyRequest(metricsOf: (env: Env) => Metrics) {
  return factory.createMiddleware(async function everyRequest(c, next) {
    const startedAt = Date.now();
    await named(c, () => withLogFields({ request_id: c.get('requestId') }, next));
    setAnswerHeaders(c);
    countRequest(c, startedAt, metricsOf);
  });
}

/**
 * What every request goes through: an id, which stands in its answer and in each log line that it brings about; the
 * headers of every answer; the figures. One middleware, for each costs a hundredth of a short request.
 */

import { requestId } from 'hono/request-id';
import { HEADER } from '../contract/constants.ts';
import { withLogFields } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { setAnswerHeaders } from './answer-headers.ts';
import { factory } from './factory.ts';
import { countRequest } from './request-figures.ts';

const named = requestId({ headerName: HEADER.requestId });

/** Outermost middleware: what it sees is what the client gets. */
export function everyRequest(metricsOf: (env: Env) => Metrics) {
  return factory.createMiddleware(async function everyRequest(c, next) {
    const startedAt = Date.now();
    await named(c, () => withLogFields({ request_id: c.get('requestId') }, next));
    setAnswerHeaders(c);
    countRequest(c, startedAt, metricsOf);
  });
}

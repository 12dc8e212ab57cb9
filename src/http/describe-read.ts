/** The OpenAPI description of data reads by GET and by POST (CONTRACT 3). */

import type * as v from 'valibot';
import { HEADER } from '../contract/constants.ts';
import { PROBLEMS, type ProblemCode } from '../contract/problem.ts';
import { Delta, OriginBody, Tables } from '../contract/table.ts';
import { TaskAnswer } from '../contract/task.ts';
import {
  describe,
  headerParameter,
  NOT_MODIFIED,
  oneOf,
  RESOURCE_PARAMETERS,
  RESOURCE_TITLE,
  TEXT,
} from './describe.ts';
import { EVENT_STREAM_TYPE } from './event-stream.ts';

/** Why a load that a read waits for can fail. */
const LOAD_PROBLEMS = (Object.keys(PROBLEMS) as ProblemCode[]).filter((code) => code.startsWith('origin-'));

const DATA_HEADERS = [
  'ETag',
  'Content-Version',
  'Cache-Hash-Value',
  'Last-Modified',
  'Expires',
  'Age',
  'Cache-Status',
] as const;

/**
 * First handler of a read. `body`: schema of the body if it contains the parameters; otherwise they are in the query.
 */
export function describeRead(id: string, how: string, body?: v.GenericSchema) {
  const isGet = body === undefined;
  return describe({
    id,
    tag: 'Data',
    summary: `The data of a cache, which is loaded if necessary; ${how}`,
    scope: 'cache:read',
    body,
    bodyOptional: true,
    parameters: [
      RESOURCE_TITLE,
      ...(isGet ? [RESOURCE_PARAMETERS] : []),
      headerParameter(
        'Prefer',
        '`wait=N`, `respond-async`: how long to wait for a load, or with `If-None-Match` or `X-Delta` for something newer; at most N seconds (30).',
      ),
      headerParameter(
        'Cache-Control',
        '`max-age=N`, from 1: nothing loaded more than N seconds ago; needs the scope `cache:refresh`, otherwise it is ignored, as `max-age=0` is.',
      ),
    ],
    headers: [HEADER.deviceId, HEADER.delta, 'Last-Event-ID', ...(isGet ? (['Range', 'If-Range'] as const) : [])],
    answers: {
      200: {
        description: 'The data: the whole body, only its changes, or a stream of new versions.',
        schema: oneOf(Tables, Delta, OriginBody),
        types: { [EVENT_STREAM_TYPE]: TEXT, '*/*': null },
        headers: [...DATA_HEADERS, 'Accept-Ranges', 'Preference-Applied'],
      },
      202: {
        description: 'The cache is still being loaded: the task that loads it.',
        schema: TaskAnswer,
        headers: ['Location', 'Retry-After', 'Preference-Applied'],
      },
      ...(isGet
        ? {
            206: {
              description: 'The requested range.',
              types: { '*/*': null },
              headers: [...DATA_HEADERS, 'Accept-Ranges', 'Content-Range'],
            },
          }
        : {}),
      304: { ...NOT_MODIFIED, headers: [...DATA_HEADERS, 'Preference-Applied'] },
    },
    problems: ['not-found', ...(isGet ? (['range-not-satisfiable'] as const) : []), ...LOAD_PROBLEMS],
  });
}

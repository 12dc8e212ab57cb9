/** Headers of requests and answers, each described once (`components.parameters`, `components.headers`). */

import type { AnswerHeader, RequestHeader } from '../../src/http/describe.ts';

interface Described {
  description: string;
  example: string | number;
  schema?: object;
}

const TEXT = { type: 'string' };
const WHOLE = { type: 'integer', minimum: 0 };

const ANSWER: Readonly<Record<AnswerHeader, Described>> = {
  'Accept-Ranges': { description: 'Parts of the body can be requested by `Range`.', example: 'bytes' },
  Age: { description: 'How long ago the last load ended, seconds.', schema: WHOLE, example: 12 },
  'Cache-Hash-Value': {
    description:
      'Of tables and deltas: SHA-256, 64 hex digits, of the row ids of the version reached, ascending, joined by commas. A device checks its copy with it.',
    schema: { type: 'string', pattern: '^[0-9a-f]{64}$' },
    example: '4a5c2d6f3d1f0b8b7d4f7a6a4d7d1f9f3d3d0f2a9b7d1c5f6e8a0b2c4d6e8f01',
  },
  'Cache-Status': {
    description:
      'Whether the answer came from the cache (RFC 9211): `hit` with the seconds left, or `fwd=miss`, `fwd=stale`.',
    example: 'freshet; hit; ttl=59',
  },
  'Content-Range': {
    description: 'The range of these bytes and the size of the body; with 416 only the size.',
    example: 'bytes 1000-1999/8041',
  },
  'Content-Version': {
    description:
      'The version: `v<N>` of a full body, `"delta v<a>-v<b>"`, double quotes included, of a difference. Versions count loads.',
    example: 'v3',
  },
  ETag: {
    description:
      'Identifies the answer; send it as `If-None-Match`. For data it stays the same as long as the body does, while `Content-Version` increases.',
    example: '"2d85c16d29704923-v1"',
  },
  Expires: { description: 'Until when the data counts as fresh.', example: 'Mon, 23 Nov 2026 19:15:36 GMT' },
  'Last-Modified': {
    description: 'When the last load that changed the body ended.',
    example: 'Mon, 23 Nov 2026 19:14:36 GMT',
  },
  Link: {
    description: 'Leads to the next page (RFC 8288); absent on the last one.',
    example: '</api/v1/cache/?cursor=WyJhbGljZSJd>; rel="next"',
  },
  Location: {
    description: 'The state of the task.',
    example: '/api/v1/cache/state/?task_id=2d85c16d-2970-8b31-a836-b1339dafff36',
  },
  'Preference-Applied': { description: 'Which preferences of `Prefer` were applied (RFC 7240).', example: 'wait=30' },
  'Retry-After': { description: 'When to ask again, seconds.', schema: WHOLE, example: 2 },
  'WWW-Authenticate': {
    description: 'What is wrong with the token, or which scope it needs (RFC 6750).',
    example: 'Bearer error="invalid_token", error_description="The token has expired"',
  },
};

const REQUEST: Readonly<Record<RequestHeader, Described>> = {
  'If-Match': {
    description: 'An ETag: the current state must still have it, otherwise 412.',
    example: '"9f86d081884c7d65"',
  },
  'If-None-Match': {
    description: 'The ETag of the version that the client has: 304 while that is current.',
    example: '"2d85c16d29704923-v1"',
  },
  'If-Range': {
    description:
      'With `Range`: the ETag of the partly downloaded body; if the body has changed, the whole body is sent.',
    example: '"2d85c16d29704923-v1"',
  },
  'Last-Event-ID': {
    description: 'For an event stream: `v<N>`, the version after which it continues. Browsers send it by themselves.',
    example: 'v2',
  },
  Range: { description: 'One range of bytes of the full body, to continue a download: 206.', example: 'bytes=1000-' },
  'X-Delta': {
    description:
      'Asks for the difference: `v<a>-v<b>`, `v<a>-last`, or `auto`, from the version that `If-None-Match` names to the last one. `v0` is "nothing yet". A change that cannot be expressed as a difference is answered in full.',
    schema: { type: 'string', pattern: '^(auto|v[0-9]+-(v[0-9]+|last))$' },
    example: 'auto',
  },
  'X-Device-Id': {
    description: 'The device, 1 to 128 visible ASCII characters: `GET /cache/` lists what it was given.',
    schema: { type: 'string', minLength: 1, maxLength: 128 },
    example: 'tablet-1',
  },
  'X-Reason': {
    description:
      'Why this is done, for `GET /actions/`: at most 500 characters, percent-encoded UTF-8 if it is not plain ASCII.',
    schema: { type: 'string' },
    example: 'price list was wrong, ticket 4711',
  },
};

/** `components.headers`. */
export const HEADERS = Object.fromEntries(
  Object.entries(ANSWER).map(([name, { schema = TEXT, ...rest }]) => [name, { ...rest, schema }]),
);

/** `components.parameters`. */
export const PARAMETERS = Object.fromEntries(
  Object.entries(REQUEST).map(([name, { schema = TEXT, description, example }]) => [
    name,
    // Part of the description: the reader would send a separate example with each request that is tried out.
    { in: 'header', name, required: false, description: `${description} Example: \`${example}\`.`, schema },
  ]),
);

/**
 * Every way in which Freshet says no (CONTRACT 6, RFC 9457). A `Problem` is thrown by anything down to the stores;
 * `http/problems.ts` alone renders it. `detail` is for the client; the cause stays inside and goes to the log.
 */

import * as v from 'valibot';
import { about } from './about.ts';

/** code -> status and title. The code is the fragment of `type`: `/docs/problems#<code>`. */
export const PROBLEMS = {
  'invalid-json': { status: 400, title: 'The body is not valid JSON' },
  'invalid-parameters': { status: 400, title: 'A parameter is not valid' },
  'invalid-header': { status: 400, title: 'A header is not valid' },
  'invalid-cursor': { status: 400, title: 'The cursor is not one of ours' },
  unauthenticated: { status: 401, title: 'A valid token is needed' },
  'insufficient-scope': { status: 403, title: 'The token does not allow this' },
  'device-mismatch': { status: 403, title: 'The token belongs to another device' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'The method does not fit this path' },
  conflict: { status: 409, title: 'The state does not allow this' },
  'precondition-failed': { status: 412, title: 'The precondition does not hold' },
  'too-large': { status: 413, title: 'The request is too large' },
  'range-not-satisfiable': { status: 416, title: 'The body has no such range' },
  'unsupported-media-type': { status: 415, title: 'The content type is not supported' },
  'upgrade-required': { status: 426, title: 'This path only opens WebSockets' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  'not-set-up': { status: 501, title: 'The service is not set up for this' },
  overloaded: { status: 503, title: 'The service cannot do this right now' },
  'origin-unreachable': { status: 502, title: 'The origin could not be reached' },
  'origin-timeout': { status: 504, title: 'The origin did not answer in time' },
  'origin-status': { status: 502, title: 'The origin answered with an error' },
  'origin-auth': { status: 502, title: 'The origin did not let us in' },
  'origin-too-large': { status: 502, title: 'The origin answered with too much' },
  'origin-malformed': { status: 502, title: 'The origin answered in another form than declared' },
  'origin-redirect': { status: 502, title: 'The origin sent us elsewhere' },
  'origin-guard': { status: 502, title: 'The origin answered with suspiciously little' },
  'origin-pages': { status: 502, title: "The origin's pages do not add up" },
  'origin-refused': { status: 502, title: 'The origin answered that it failed' },
  misconfigured: { status: 500, title: 'The service is not configured' },
  internal: { status: 500, title: 'Something went wrong here' },
} as const satisfies Record<string, { status: number; title: string }>;

/** Names a problem, in answers and pages. */
export type ProblemCode = keyof typeof PROBLEMS;

/** What a load can fail with besides its origin. */
const LOAD_FAULTS = ['invalid-parameters', 'not-found', 'misconfigured', 'overloaded', 'internal'] as const;

/** A code that a load can fail with: a cache and its tasks may have it. */
export type LoadFailureCode = Extract<ProblemCode, `origin-${string}`> | (typeof LOAD_FAULTS)[number];

/** Whether a load can fail with this. */
export function isLoadFailureCode(code: ProblemCode): code is LoadFailureCode {
  return code.startsWith('origin-') || (LOAD_FAULTS as readonly ProblemCode[]).includes(code);
}

/** One fault of the input. */
export const InputFault = v.strictObject({
  pointer: about(v.string(), 'JSON pointer (RFC 6901) to the member, or the name of a header; empty: the whole body.'),
  detail: about(v.string(), 'What is wrong there, such as "must be an integer".'),
});
export type InputFault = v.InferOutput<typeof InputFault>;

/** What a task says of its failure: a problem without `status`. */
export const TaskError = v.strictObject({
  type: about(v.string(), 'Names the problem, and leads to what it means: `/docs/problems#<code>`.'),
  title: about(v.string(), 'The problem in a few words, always the same for a type.'),
  detail: about(v.string(), 'What went wrong this time.'),
});
export type TaskError = v.InferOutput<typeof TaskError>;

/** Body of every answer from 400 on. */
export const ProblemBody = v.object({
  type: TaskError.entries.type,
  title: TaskError.entries.title,
  status: about(v.pipe(v.number(), v.integer()), 'The HTTP status of the answer.'),
  detail: TaskError.entries.detail,
  errors: about(v.optional(v.array(InputFault)), 'Of faulty input, each fault (at most 100); else left out.'),
});
export type ProblemBody = v.InferOutput<typeof ProblemBody>;

/** What a task and an entry keep of a failed load. Whoever answers with it goes through `errorFor`. */
export interface KeptError extends TaskError {
  /** The detail with the names of secrets and hosts in it; absent: `detail` names none. */
  admin_detail?: string;
}

/** A kept error as it is answered: names of secrets and hosts are for administrators. */
export function errorFor({ type, title, detail, admin_detail: full = detail }: KeptError, isAdmin: boolean): TaskError {
  return { type, title, detail: isAdmin ? full : detailForReaders(codeOf({ type }), detail) };
}

/** A detail as those read it who cannot look into the settings: what is misconfigured only an operator can mend. */
export function detailForReaders(code: ProblemCode, detail: string): string {
  return code === 'misconfigured' ? `${detail} Tell the operator of this service.` : detail;
}

/** A resource that a device may not have, and why: its groups keep it from the user, or the token lacks the scope. */
export interface RefusedResource {
  resource: string;
  reason: 'group' | 'scope';
}

/** What a problem may tell besides its detail. */
export interface ProblemOptions {
  /** The detail for administrators, where it names secrets or hosts. */
  adminDetail?: string | undefined;
  /** Key of the cache that it is about, for the log. */
  key?: string;
  errors?: readonly InputFault[];
  /** The resource that was refused, where somebody with other groups or scopes would have got it. The answer does not tell it. */
  refused?: RefusedResource | undefined;
  /** Further headers of the answer, such as `Allow` or `Retry-After`. */
  headers?: Readonly<Record<string, string>>;
  cause?: unknown;
}

/** An expected refusal. `detail` must hold no secret, SQL or stack, nor name a secret or a host: that is what `adminDetail` is for. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly errors: readonly InputFault[];
  readonly headers: Readonly<Record<string, string>>;
  /** The detail for administrators. */
  readonly adminDetail: string;
  readonly key: string | undefined;
  readonly refused: RefusedResource | undefined;

  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(detail, { cause: options.cause });
    this.code = code;
    this.adminDetail = options.adminDetail ?? detail;
    this.key = options.key;
    this.refused = options.refused;
    this.errors = options.errors ?? [];
    this.headers = options.headers ?? {};
  }
}

/**
 * Which member of a definition a failed load is about: a JSON pointer from its root, or a table by its name, and a column or a member of
 * that. Readers know their table, and not its number.
 */
export type FaultPlace = string | { table: string; column?: string; member?: 'rows' | 'key' | 'sql' | 'missing' };

/** What follows from a failed load. */
export interface LoadFailureOptions {
  /** Whether the same load may succeed soon: network, time-out, 408, 425, 429, 5xx, faults of ours. Usually not. */
  retryable?: boolean;
  /** `Retry-After` of the origin, ms, capped; null: it said nothing. */
  retryAfterMs?: number | null;
  /** The detail for administrators, where it names secrets or hosts. */
  adminDetail?: string | undefined;
  /** Left out: where failures of the code usually come from (core/fault-pointer.ts). */
  place?: FaultPlace | undefined;
  cause?: unknown;
}

/** Why a load changes nothing. `detail` is told to clients and kept with the entry: no secret, header value or parameter. */
export class LoadFailure extends Problem {
  declare readonly code: LoadFailureCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
  readonly place: FaultPlace | undefined;

  constructor(code: LoadFailureCode, detail: string, options: LoadFailureOptions = {}) {
    super(code, detail, { adminDetail: options.adminDetail, cause: options.cause });
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.place = options.place;
  }
}

/** The `type` of a problem: a path of ours where it is explained. */
export function problemType(code: ProblemCode): string {
  return `/docs/problems#${code}`;
}

/** What a task or an entry keeps of a failed load; `adminDetail` as in Problem. */
export function taskError(code: ProblemCode, detail: string, adminDetail = detail): KeptError {
  const kept = { type: problemType(code), title: PROBLEMS[code].title, detail };
  return adminDetail === detail ? kept : { ...kept, admin_detail: adminDetail };
}

/** The code of a kept error; `internal` for one that this release does not know. */
export function codeOf(error: Pick<TaskError, 'type'>): ProblemCode {
  const code = error.type.slice(error.type.indexOf('#') + 1);
  return code in PROBLEMS ? (code as ProblemCode) : 'internal';
}

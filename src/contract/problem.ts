/**
 * All problems that Freshet answers with (CONTRACT 6, RFC 9457). Any layer down to the stores may throw a `Problem`;
 * only `http/problems.ts` renders it. `detail` is for the client; the cause only goes to the log.
 */

import * as v from 'valibot';
import { about } from './about.ts';

/** code -> status and title. The code is the fragment of `type`: `/docs/problems#<code>`. */
export const PROBLEMS = {
  'invalid-json': { status: 400, title: 'The body is not valid JSON' },
  'invalid-parameters': { status: 400, title: 'A parameter is not valid' },
  'invalid-header': { status: 400, title: 'A header is not valid' },
  'invalid-cursor': { status: 400, title: 'The cursor is not valid' },
  unauthenticated: { status: 401, title: 'A valid token is needed' },
  'insufficient-scope': { status: 403, title: 'The token does not allow this' },
  'device-mismatch': { status: 403, title: 'The token belongs to another device' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'The path does not support this method' },
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
  'origin-auth': { status: 502, title: 'The origin refused the credentials' },
  'origin-too-large': { status: 502, title: "The origin's answer is too large" },
  'origin-malformed': { status: 502, title: "The origin's answer does not have the declared form" },
  'origin-redirect': { status: 502, title: 'The origin redirected to a place that is not allowed' },
  'origin-guard': { status: 502, title: 'The origin answered with suspiciously little data' },
  'origin-pages': { status: 502, title: "The origin's pages do not fit together" },
  'origin-refused': { status: 502, title: 'The origin answered that it failed' },
  misconfigured: { status: 500, title: 'The service is not configured' },
  internal: { status: 500, title: 'The service failed' },
} as const satisfies Record<string, { status: number; title: string }>;

/** Identifies a problem, in answers and pages. */
export type ProblemCode = keyof typeof PROBLEMS;

/** Problems of a load that do not come from its origin. */
const LOAD_FAULTS = ['invalid-parameters', 'not-found', 'misconfigured', 'overloaded', 'internal'] as const;

/** A code with which a load can fail; caches and tasks may have it. */
export type LoadFailureCode = Extract<ProblemCode, `origin-${string}`> | (typeof LOAD_FAULTS)[number];

/** Whether a load can fail with this code. */
export function isLoadFailureCode(code: ProblemCode): code is LoadFailureCode {
  return code.startsWith('origin-') || (LOAD_FAULTS as readonly ProblemCode[]).includes(code);
}

/** One fault of the input. */
export const InputFault = v.strictObject({
  pointer: about(
    v.string(),
    'JSON pointer (RFC 6901) to the faulty member, or the name of a header; empty: the whole body.',
  ),
  detail: about(v.string(), 'What is wrong there, such as "must be an integer".'),
});
export type InputFault = v.InferOutput<typeof InputFault>;

/** The failure of a task: a problem without `status`. */
export const TaskError = v.strictObject({
  type: about(v.string(), 'Identifies the problem and links to its description: `/docs/problems#<code>`.'),
  title: about(v.string(), 'The problem in a few words, always the same for a type.'),
  detail: about(v.string(), 'What went wrong this time.'),
});
export type TaskError = v.InferOutput<typeof TaskError>;

/** Body of every answer with a status of 400 or above. */
export const ProblemBody = v.object({
  type: TaskError.entries.type,
  title: TaskError.entries.title,
  status: about(v.pipe(v.number(), v.integer()), 'The HTTP status of the answer.'),
  detail: TaskError.entries.detail,
  errors: about(v.optional(v.array(InputFault)), 'Each fault of the input (at most 100); left out for other problems.'),
});
export type ProblemBody = v.InferOutput<typeof ProblemBody>;

/** What a task and an entry keep of a failed load. Answers must pass it through `errorFor`. */
export interface KeptError extends TaskError {
  /** The detail including names of secrets and hosts; absent: `detail` has none to hide. */
  admin_detail?: string;
}

/** A kept error for an answer: only administrators see the names of secrets and hosts. */
export function errorFor({ type, title, detail, admin_detail: full = detail }: KeptError, isAdmin: boolean): TaskError {
  return { type, title, detail: isAdmin ? full : detailForReaders(codeOf({ type }), detail) };
}

/** The detail for callers who cannot see the settings: only an operator can fix a wrong configuration. */
export function detailForReaders(code: ProblemCode, detail: string): string {
  return code === 'misconfigured' ? `${detail} Tell the operator of this service.` : detail;
}

/** A resource that a device was refused, and why: the user is in none of its groups, or the token lacks the scope. */
export interface RefusedResource {
  resource: string;
  reason: 'group' | 'scope';
}

/** Further members of a problem. */
export interface ProblemOptions {
  /** The detail for administrators, if it names secrets or hosts. */
  adminDetail?: string | undefined;
  /** Key of the cache concerned, for the log. */
  key?: string;
  errors?: readonly InputFault[];
  /** The refused resource, if other groups or scopes would have allowed it. The answer does not mention it. */
  refused?: RefusedResource | undefined;
  /** Further headers of the answer, such as `Allow` or `Retry-After`. */
  headers?: Readonly<Record<string, string>>;
  cause?: unknown;
}

/**
 * An expected refusal. `detail` must not contain secrets, SQL, a stack, or the name of a secret or host; `adminDetail`
 * may have the names.
 */
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
 * The member of a definition that a failed load is about: a JSON pointer from the root, or a table by name with a
 * column or member of the table. Readers of formats know the table's name, not its number.
 */
export type FaultPlace = string | { table: string; column?: string; member?: 'rows' | 'key' | 'sql' | 'missing' };

/** Consequences of a failed load. */
export interface LoadFailureOptions {
  /** Whether the same load may soon succeed: network, time-out, 408, 425, 429, 5xx, faults of this service. Default: false. */
  retryable?: boolean;
  /** `Retry-After` of the origin, ms, capped; null: it sent none. */
  retryAfterMs?: number | null;
  /** The detail for administrators, if it names secrets or hosts. */
  adminDetail?: string | undefined;
  /** Left out: the usual place for failures of this code (core/fault-pointer.ts). */
  place?: FaultPlace | undefined;
  cause?: unknown;
}

/**
 * Why a load changes nothing. Clients see `detail` and the entry keeps it: it must not contain a secret, header value
 * or parameter.
 */
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

/** The `type` of a problem: the path of its description. */
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

/** The error with which the client rejects. */

/** One fault in a request's input, as the service reports it (RFC 9457). */
export interface Fault {
  pointer: string;
  detail: string;
}

/** The body of an answer from 400 on (RFC 9457). */
export interface Problem {
  type: string;
  title: string;
  status?: number;
  detail: string;
  errors?: readonly Fault[];
}

/** The fragment of a problem's `type`, or a failure that never reached the service. */
export type ErrorCode = ProblemCode | 'network' | 'timeout' | 'storage' | 'integrity' | 'closed';

/** The service's problems (docs/contract.md 6). */
export type ProblemCode =
  | 'invalid-json'
  | 'invalid-parameters'
  | 'invalid-header'
  | 'invalid-cursor'
  | 'unauthenticated'
  | 'insufficient-scope'
  | 'device-mismatch'
  | 'not-found'
  | 'method-not-allowed'
  | 'conflict'
  | 'precondition-failed'
  | 'too-large'
  | 'range-not-satisfiable'
  | 'unsupported-media-type'
  | 'upgrade-required'
  | 'rate-limited'
  | 'overloaded'
  | 'origin-unreachable'
  | 'origin-timeout'
  | 'origin-status'
  | 'origin-auth'
  | 'origin-too-large'
  | 'origin-malformed'
  | 'origin-redirect'
  | 'origin-guard'
  | 'origin-pages'
  | 'origin-refused'
  | 'misconfigured'
  | 'internal';

interface Details {
  status?: number | undefined;
  retryable?: boolean;
  requestId?: string | undefined;
  problem?: Problem | undefined;
  /** Seconds that the service asks the client to wait. */
  retryAfterS?: number | undefined;
  cause?: unknown;
}

/** Why something failed. `message` is the service's own text, and never contains a token. */
export class FreshetError extends Error {
  override readonly name = 'FreshetError';
  readonly code: ErrorCode;
  readonly status: number | undefined;
  /** Whether the client will try again by itself. */
  readonly retryable: boolean;
  readonly retryAfterS: number | undefined;
  /** `X-Request-Id` of the answer, as in the service's log. */
  readonly requestId: string | undefined;
  readonly problem: Problem | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    { status, retryable, retryAfterS, requestId, problem, cause }: Details = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = status;
    this.retryable = retryable ?? false;
    this.retryAfterS = retryAfterS;
    this.requestId = requestId;
    this.problem = problem;
  }
}

/** Whether a later request may get another status. */
export function isPassing(status: number): boolean {
  return status >= 500 || status === 429 || status === 408;
}

const TEXTS = {
  network: 'the service cannot be reached',
  timeout: 'the service has not answered',
  closed: 'the client is closed',
  internal: 'the service did not say why',
};

/** A failure without an answer of the service: nothing came, it was cut off, or a proxy has answered. */
export function failure(
  code: keyof typeof TEXTS = 'network',
  details: { status?: number; retryAfterS?: number | undefined } = {},
): FreshetError {
  return new FreshetError(code, TEXTS[code], { retryable: code !== 'closed', ...details });
}

/** Requests need another token, or no token is accepted. */
export function unauthenticated(why: string): FreshetError {
  return new FreshetError('unauthenticated', why);
}

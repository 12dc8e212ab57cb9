/** Why a request failed, as the service reports it (RFC 9457). */

/** One fault in the request's input, and its place (RFC 6901). */
export interface InputFault {
  pointer: string;
  detail: string;
}

/** Body of `application/problem+json`. */
export interface ProblemBody {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  errors?: InputFault[];
}

/** A request that failed. */
export class ApiProblem extends Error {
  /** 0: there was no answer. */
  readonly status: number;
  /** The problem that the service sent; null: none that can be read. */
  readonly body: ProblemBody | null;
  /** `X-Request-Id`, as in the service's log; null: there was no answer. */
  readonly requestId: string | null;

  constructor(status: number, body: ProblemBody | null, requestId: string | null) {
    super(body?.detail ?? body?.title ?? String(status));
    this.status = status;
    this.body = body;
    this.requestId = requestId;
  }

  /** The code after `#` of its type, such as `not-found`; empty: there is none. */
  get code(): string {
    return codeOf(this.body?.type);
  }
}

/** The code of a problem type. */
export function codeOf(type: string | undefined): string {
  return type?.split('#')[1] ?? '';
}

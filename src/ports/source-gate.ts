/**
 * The verbs of a source's gate (DESIGN "The gate of a source"): plain objects in and out. The gate never waits: a load
 * that is not let in asks again later. Only optional members may be added ("Two releases at once").
 */

/** How heavily all isolates together may load a source. */
export interface GateLimits {
  /** Most loads at the same time; null: any number. */
  concurrency: number | null;
  /** Most requests in any window of `perMs` ms; null: any number. */
  rate: { requests: number; perMs: number } | null;
}

/** Limits with the time of the source's last change: the gate applies the newest limits that any caller sends. */
export interface AskedLimits {
  limits: GateLimits;
  /** `changedAt` of the source. */
  asOf: number;
}

/** Why the gate lets no load in right now. */
export type WaitReason =
  /** The source has answered that it is overloaded. */
  | 'closed'
  /** The most loads that are allowed at the same time are running. */
  | 'full'
  /** The most requests that are allowed in this time have been made. */
  | 'pace';

/** Not now; ask again after `waitMs`. */
export interface GateWait {
  outcome: 'wait';
  reason: WaitReason;
  waitMs: number;
}

/** Asks for a permit. A load that asks twice has one permit. */
export interface EnterRequest extends AskedLimits {
  /** Names the load by the id of its delivery. */
  load: string;
  /** How long the permit is valid, ms: a consumer that is cut off never returns it. */
  ttlMs: number;
  /** Ignores "closed", but no other limit. */
  force: boolean;
}
export type EnterAnswer = { outcome: 'entered'; slots: number[] } | GateWait;

/** Asks for further requests of a load that has a permit. */
export interface MoreRequest {
  load: string;
  /** Most requests wanted. */
  want: number;
  force: boolean;
}
/** `gone`: the permit has expired. */
export type MoreAnswer = { outcome: 'more'; slots: number[] } | { outcome: 'gone' } | GateWait;

/** The source answered 429 or 503. */
export interface CloseRequest {
  status: number;
  /** The `Retry-After` of the answer, ms; null: it had none. */
  retryAfterMs: number | null;
}

/** A load has ended. */
export interface LeaveRequest {
  load: string;
  /** The load brought data, so the source works again. */
  isWell: boolean;
}

/** A token as the gate keeps it: sealed with a key that the gate does not have. Times are ms since the epoch. */
export interface SealedToken {
  /** Names the token without revealing it. */
  id: string;
  /** Digest of the definition with which it was fetched; under another definition it is not used. */
  fingerprint: string;
  sealed: string;
  madeAt: number;
  /** When a new token is to be fetched, and when this one expires. */
  refreshAt: number;
  endsAt: number;
}

/** Asks for the token of a source. */
export interface TokenRequest {
  load: string;
  fingerprint: string;
  /** Id of a token that was refused, so that another one is wanted; null: any token will do. */
  seen: string | null;
}
export type TokenAnswer =
  | { outcome: 'token'; token: SealedToken }
  /**
   * This caller alone is to fetch a new token now, and to put it here or report a failure; `standing`: a token that is
   * valid for a while yet.
   */
  | { outcome: 'ask'; standing: SealedToken | null }
  /** Another load is fetching one. */
  | { outcome: 'wait'; waitMs: number };

/** The state of a gate. Times are ms since the epoch. */
export interface GateView {
  permits: number;
  /** When the first permit that is still out expires; null: no permit is out. */
  firstEndsAt: number | null;
  /** Null: it is open. */
  closedUntil: number | null;
  /** Status with which the source closed it; null: it is open. */
  closedBy: number | null;
  /** When the pace next allows a request; null: now. */
  nextRequestAt: number | null;
  /** Until when the token is valid; null: there is none. */
  tokenEndsAt: number | null;
  /** Most permits under the gate's current limits; null: any number. */
  concurrency: number | null;
}

/**
 * The gate of one source. Slots are the moments, in ms from now, at which a request may be made; a slot not used within
 * `slotMs(rate)` is lost.
 */
export interface SourceGateVerbs {
  enter(request: EnterRequest): Promise<EnterAnswer>;
  more(request: MoreRequest): Promise<MoreAnswer>;
  close(request: CloseRequest): Promise<void>;
  leave(request: LeaveRequest): Promise<void>;
  token(request: TokenRequest): Promise<TokenAnswer>;
  /** `token` null: the fetch failed, and the next caller is to fetch it. */
  putToken(request: { load: string; token: SealedToken | null }): Promise<void>;
  view(): Promise<GateView>;
  /** Drops all stored data: the source is deleted. */
  forget(): Promise<void>;
}

/** The gates of all sources, by name. */
export type SourceGates = (source: string) => SourceGateVerbs;

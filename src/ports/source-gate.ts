/**
 * The verbs of a source's gate (DESIGN "The gate of a source"): plain objects in and out. It never waits: whoever is not let in comes
 * again. Members may be added, optional ones only ("Two releases at once").
 */

/** How hard a source may be asked, by all isolates together. */
export interface GateLimits {
  /** Most loads at once; null: any number. */
  concurrency: number | null;
  /** Most requests within any so many ms; null: any number. */
  rate: { requests: number; perMs: number } | null;
}

/** Limits as of a change of their source: the newest that anybody tells hold, for all. */
export interface AskedLimits {
  limits: GateLimits;
  /** `changedAt` of the source. */
  asOf: number;
}

/** Why nobody is let in right now. */
export type WaitReason =
  /** The source said that it has too much to do. */
  | 'closed'
  /** As many loads as may run at once do. */
  | 'full'
  /** As many requests as may be made have been. */
  | 'pace';

/** Not now: it is worth coming again after so long, ms. */
export interface GateWait {
  outcome: 'wait';
  reason: WaitReason;
  waitMs: number;
}

/** Asks for a permit. The same load asking twice has one. */
export interface EnterRequest extends AskedLimits {
  /** Names the load: the id of its delivery. */
  load: string;
  /** How long the permit is good for, ms: nobody gives it back for a consumer that was cut. */
  ttlMs: number;
  /** Goes past "closed", and past nothing else. */
  force: boolean;
}
export type EnterAnswer = { outcome: 'entered'; slots: number[] } | GateWait;

/** Asks for further requests of a load that has a permit. */
export interface MoreRequest {
  load: string;
  /** How many at most. */
  want: number;
  force: boolean;
}
/** `gone`: the permit has run out. */
export type MoreAnswer = { outcome: 'more'; slots: number[] } | { outcome: 'gone' } | GateWait;

/** The source answered 429 or 503. */
export interface CloseRequest {
  status: number;
  /** Its `Retry-After`, ms; null: it said nothing. */
  retryAfterMs: number | null;
}

/** A load is over. */
export interface LeaveRequest {
  load: string;
  /** It brought data: the source is well again. */
  isWell: boolean;
}

/** A token as the gate keeps it: sealed with a key that the gate does not have. Times are ms since the epoch. */
export interface SealedToken {
  /** Names the token, and tells nothing of it. */
  id: string;
  /** Digest of the definition that it was asked for by: under another one it counts for nothing. */
  fingerprint: string;
  sealed: string;
  madeAt: number;
  /** From when on a new one is to be asked for, and until when it is good. */
  refreshAt: number;
  endsAt: number;
}

/** Asks for the token of a source. */
export interface TokenRequest {
  load: string;
  fingerprint: string;
  /** Id of a token that was refused: another one is wanted; null: any. */
  seen: string | null;
}
export type TokenAnswer =
  | { outcome: 'token'; token: SealedToken }
  /** The asker alone is to ask for a new one now, and to put it here or to say that it failed; `standing`: one that is good for a while yet. */
  | { outcome: 'ask'; standing: SealedToken | null }
  /** Another load asks for one. */
  | { outcome: 'wait'; waitMs: number };

/** How a gate stands. Times are ms since the epoch. */
export interface GateView {
  permits: number;
  /** When the first permit runs out that nobody has given back; null: there is none. */
  firstEndsAt: number | null;
  /** Null: it is open. */
  closedUntil: number | null;
  /** Status by which the source closed it; null: it is open. */
  closedBy: number | null;
  /** When a request may next be made, as far as pace is concerned; null: now. */
  nextRequestAt: number | null;
  /** Until when the token is good; null: there is none. */
  tokenEndsAt: number | null;
  /** Most permits, as the gate goes by; null: any number. */
  concurrency: number | null;
}

/** One gate, a source's. Slots are moments from now, ms, at which a request may be made; one that is not used within SLOT_MS(rate) is lost. */
export interface SourceGateVerbs {
  enter(request: EnterRequest): Promise<EnterAnswer>;
  more(request: MoreRequest): Promise<MoreAnswer>;
  close(request: CloseRequest): Promise<void>;
  leave(request: LeaveRequest): Promise<void>;
  token(request: TokenRequest): Promise<TokenAnswer>;
  /** `token` null: it could not be had, and the next one who asks is to ask for it. */
  putToken(request: { load: string; token: SealedToken | null }): Promise<void>;
  view(): Promise<GateView>;
  /** Drops all that is kept: the source is deleted. */
  forget(): Promise<void>;
}

/** The gates of all sources, by name. */
export type SourceGates = (source: string) => SourceGateVerbs;

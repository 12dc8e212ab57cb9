/**
 * Rules of the client that the model can do without, one at a time: what is told, asked or remembered is then changed on its
 * way, as if the rule were not there.
 */

export interface ClientRules {
  /** After a poke a cache is asked for without naming the socket. */
  asksWithoutLive: boolean;
  /** A poke counts also while a check is under way. */
  keepsPokes: boolean;
  /** What is still below what was told is asked for again. */
  asksAgainWhenBehind: boolean;
  /** A socket that is open is notified of everything by a check. */
  checksWhenOpened: boolean;
  /** A cache that is opened later is added to what the socket is notified of. */
  addsNewCaches: boolean;
  /** A socket that the service does not know is given up. */
  restartsWhenGone: boolean;
  /** Rows are compared with the hash of the service before they are stored. */
  verifiesRows: boolean;
  /** A 304 of another hash is no proof of what is held. */
  comparesHashes: boolean;
  /** A commit names the revision that it began from. */
  comparesRevisions: boolean;
  /** A version goes down only by an answer to a request that named it. */
  namesHigher: boolean;
  /** Nothing is stored before it is known whose token it is. */
  verifiesUser: boolean;
  /** Another tab's commits are read. */
  heedsHints: boolean;
  /** After a failure it waits. */
  backsOff: boolean;
  /** It waits as long as the service says. */
  keepsFloors: boolean;
  /** An answer is taken once, also where it is given twice. */
  takesOnce: boolean;
  /** A commit names the generation of the store: after a wipe it is none. */
  comparesGenerations: boolean;
  /** What is stored after the service has signed the user out is dropped, too. */
  dropsLateCommits: boolean;
  /** A token that was asked for because of a refusal is the last one. */
  stopsAfterSecondRefusal: boolean;
}

export const ALL_RULES: ClientRules = {
  asksWithoutLive: true,
  keepsPokes: true,
  asksAgainWhenBehind: true,
  checksWhenOpened: true,
  addsNewCaches: true,
  restartsWhenGone: true,
  verifiesRows: true,
  comparesHashes: true,
  comparesRevisions: true,
  namesHigher: true,
  verifiesUser: true,
  heedsHints: true,
  backsOff: true,
  keepsFloors: true,
  takesOnce: true,
  comparesGenerations: true,
  dropsLateCommits: true,
  stopsAfterSecondRefusal: true,
};

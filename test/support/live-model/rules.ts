/** The rules of live sockets that the model can remove, one at a time: without any of them some device stays stale or deaf. */

export interface LiveRules {
  /** A check that a later check has overtaken changes nothing. */
  heedsSeq: boolean;
  /** A full check asks D1's primary after the hub has answered, even if the location knows an answer. */
  asksAfterSubscribing: boolean;
  /** A watch is owed until its object has acknowledged it. */
  owesWatches: boolean;
  /** "Nobody is left" ends only the watch that the question named. */
  comparesWatches: boolean;
  /** After a poke, a device asks for the poked caches without naming its socket. */
  asksWithoutLive: boolean;
  /** What D1 does not have yet when a watch begins is told later. */
  tellsWhatSettles: boolean;
  /** The object's answer to a watch is told to the sockets. */
  tellsAtWatch: boolean;
  /** Hubs are told again until they have answered. */
  tellsAgain: boolean;
  /** The list of watchers is read when D1 has the version, not when the version is made. */
  readsListLate: boolean;
}

/** All rules. */
export const ALL_RULES: LiveRules = {
  heedsSeq: true,
  asksAfterSubscribing: true,
  owesWatches: true,
  comparesWatches: true,
  asksWithoutLive: true,
  tellsWhatSettles: true,
  tellsAtWatch: true,
  tellsAgain: true,
  readsListLate: true,
};

/** The rules of live sockets that the model can do without, one at a time: without any of them some device ends stale or deaf. */

export interface LiveRules {
  /** A check that was overtaken by a later one changes nothing. */
  heedsSeq: boolean;
  /** A full check asks D1's primary after the hub has answered, whatever the location knows. */
  asksAfterSubscribing: boolean;
  /** A watch is owed until its object has acknowledged. */
  owesWatches: boolean;
  /** "Nobody is left" ends only the watch that was asked about. */
  comparesWatches: boolean;
  /** After a poke a device asks for what was poked without naming its socket. */
  asksWithoutLive: boolean;
  /** What D1 does not have when a watch begins is told later. */
  tellsWhatSettles: boolean;
  /** The answer to a watch is told to the sockets. */
  tellsAtWatch: boolean;
  /** Hubs are told again until they have answered. */
  tellsAgain: boolean;
  /** Who is told is read when D1 has the version, not when it was made. */
  readsListLate: boolean;
}

/** The rules as they are. */
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

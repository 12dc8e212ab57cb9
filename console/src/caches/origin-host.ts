/** The origin of a resource in one word: the host of its URL, which is literal (CONTRACT 4), or its source. */
export function originHost(origin: { url?: string | undefined; source?: string | undefined } | undefined): string {
  return origin?.source ?? /^[a-z]+:\/\/([^/{?#]+)/i.exec(origin?.url ?? '')?.[1] ?? '';
}

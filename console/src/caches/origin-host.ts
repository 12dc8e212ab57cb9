/** What is asked for a resource, in a word: the host of its URL, which is literal (CONTRACT 4), or the source that has it. */
export function originHost(origin: { url?: string | undefined; source?: string | undefined } | undefined): string {
  return origin?.source ?? /^[a-z]+:\/\/([^/{?#]+)/i.exec(origin?.url ?? '')?.[1] ?? '';
}

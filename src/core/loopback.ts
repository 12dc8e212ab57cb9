/** Names of this machine: nobody stands between it and itself, so that plain http will do there. */

/** Whether a URL of the web that begins with http may be trusted as one of https would, or it is one of https. */
export function isSecureUrl({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

/** Whether a host name of a URL is this machine's. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

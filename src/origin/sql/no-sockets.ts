/**
 * Replaces `dns`, `fs`, `net` and `tls` (wrangler.toml). The driver imports them for Node.js but does not call them in
 * a Worker, where sockets come from pg-cloudflare. The platform would load them at each start.
 */
export default {};

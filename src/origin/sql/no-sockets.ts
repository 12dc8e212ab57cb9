/**
 * In the place of `dns`, `fs`, `net` and `tls` (wrangler.toml), which the driver names for Node.js and never asks in a Worker: there a socket comes from
 * pg-cloudflare. The platform would load them at each start.
 */
export default {};

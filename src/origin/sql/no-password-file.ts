/** Replaces `pgpass` (wrangler.toml): a Worker has no password file. Calls back without a password. */
export default function noPassword(_connection: unknown, callback: (password?: string) => void): void {
  callback();
}

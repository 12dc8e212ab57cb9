/** In the place of `pgpass` (wrangler.toml): a Worker has no file of passwords. Calls back without one. */
export default function noPassword(_connection: unknown, callback: (password?: string) => void): void {
  callback();
}

/**
 * A separate network for this process, with sockets that buffer little. On loopback the kernel buffers megabytes for a
 * slow reader, so that a server never waits for one; a phone's connection buffers some tens of kilobytes.
 */

import { spawn } from 'node:child_process';

/** Smallest, default and largest number of bytes that the kernel buffers per socket and direction. */
const BUFFERS = '4096 16384 65536';
const MTU = 1500;
const MARK = 'SOAK_NETWORK';

const SET_UP = [
  `ip link set lo mtu ${MTU} up`,
  `echo "${BUFFERS}" > /proc/sys/net/ipv4/tcp_rmem`,
  `echo "${BUFFERS}" > /proc/sys/net/ipv4/tcp_wmem`,
  'exec "$0" "$@"',
].join(' && ');

/**
 * Runs this program again in a network namespace (Linux, root; unshare(1), ip(8)) and ends with its exit code. Returns
 * at once in the second run, and with `SOAK_NETWORK=machine`: slow readers then hold back less.
 */
export async function enterOwnNetwork(): Promise<void> {
  if (process.env[MARK] !== undefined) return;
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const child = spawn('unshare', ['--net', 'sh', '-c', SET_UP, ...again], {
    stdio: 'inherit',
    env: { ...process.env, [MARK]: 'own' },
  });
  // Both get the terminal's Ctrl-C; the child stops what it started, and this process waits for it.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
  process.exit(code ?? 1);
}

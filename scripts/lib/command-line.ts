/** The command lines of npm scripts: each answers `--help` with its usage, and refuses what it does not know. */

import { type ParseArgsConfig, parseArgs } from 'node:util';

/**
 * The arguments of this process, as `parseArgs` of Node reads them. Ends the process for `--help` and `-h` with the help,
 * and for unknown arguments with the usage.
 *
 * @param help the usage with more about it
 */
export function readCommandLine<const T extends ParseArgsConfig>(
  usage: string,
  config: T,
  help = usage,
): ReturnType<typeof parseArgs<T>> {
  if (asksForHelp(process.argv.slice(2))) {
    console.log(help);
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    return refuseUsage(usage, error);
  }
}

/** Says what is wrong with the arguments (a text, or the error of reading them), prints the usage and ends the process with 2. */
export function refuseUsage(usage: string, why: unknown): never {
  console.error(`${why instanceof Error ? why.message : why}\n\n${usage}`);
  process.exit(2);
}

/** Whether the arguments ask for help. */
export function asksForHelp(args: readonly string[]): boolean {
  return args.some((arg) => arg === '--help' || arg === '-h');
}

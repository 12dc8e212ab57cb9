import { addressOf } from '../shell/router.ts';

/** Address of a source. @param after such as `/edit` */
export function addressOfSource(name: string, after = ''): string {
  return addressOf(`/sources/${encodeURIComponent(name)}${after}`);
}

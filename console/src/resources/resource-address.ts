import { addressOf } from '../shell/router.ts';

/** Address of a resource. @param after such as `/edit` */
export function addressOfResource(title: string, after = ''): string {
  return addressOf(`/resources/${encodeURIComponent(title)}${after}`);
}

import { addressOf } from '../shell/router.ts';
import { Link } from '../ui/link.tsx';

/** Address of a device's screen. The names are in the query: in a path, a browser would interpret `..`. */
export function deviceAddress(user: string, device: string): string {
  return addressOf('/devices/device', { user, device });
}

/** A link to a device. */
export function DeviceLink({ user, device }: { user: string; device: string }) {
  return (
    <Link to={deviceAddress(user, device)}>
      <bdi>{device}</bdi>
    </Link>
  );
}

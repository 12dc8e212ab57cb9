import { addressOf } from '../shell/router.ts';
import { Link } from '../ui/link.tsx';

/** Where a device is shown. Its names stand in the query: as part of a path a browser would read `..` otherwise. */
export function deviceAddress(user: string, device: string): string {
  return addressOf('/devices/device', { user, device });
}

/** Leads to a device. */
export function DeviceLink({ user, device }: { user: string; device: string }) {
  return (
    <Link to={deviceAddress(user, device)}>
      <bdi>{device}</bdi>
    </Link>
  );
}

import { useQuery } from '../api/use-query.ts';
import { type Device, deviceColumns } from '../devices/device-columns.tsx';
import { ForgetUser } from '../devices/forget.tsx';
import { addressOf, go, query } from '../shell/router.ts';
import { common } from '../texts/common.ts';
import { devicesTexts } from '../texts/devices.ts';
import { Choice, Field, Filters } from '../ui/field.tsx';
import { Link } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Pages } from '../ui/pages.tsx';
import { Screen } from '../ui/screen.tsx';
import { Table } from '../ui/table.tsx';

const PAGE = 100;

/** The list of devices, with filters in the address. */
export function Devices() {
  const t = devicesTexts();
  const address = query.value;
  const of = (name: string) => address.get(name) ?? '';
  const [user, search, show] = [of('user'), of('search'), of('show')];
  const filters = { search, behind: show === 'behind' || undefined };
  const list = useQuery('/devices/', {
    query: { user: user || '*', ...filters, cursor: of('cursor'), limit: PAGE },
  });
  const isWanted = ({ refusals = [] }: Device) => show !== 'refused' || refusals.length > 0;
  return (
    <Screen title={t.title} tools={user !== '' && <ForgetUser user={user} />}>
      <Filters
        key={address.toString()}
        onApply={(values) => go(addressOf('/devices', { ...values, sort: of('sort') }))}
      >
        <Field name="user" label={t.user} value={user} />
        <Field name="search" label={t.device} value={search} />
        <Choice
          name="show"
          label={t.show}
          value={show}
          options={[
            ['', common().all],
            ['behind', t.behindOnly],
            ['refused', t.refusedOnly],
          ]}
        />
        <button type="submit">{common().filter}</button>
        {address.size > 0 && <Link to={addressOf('/devices')}>{common().clear}</Link>}
      </Filters>
      <Loaded query={list}>
        {(all) => {
          const devices = (all as Device[]).filter(isWanted);
          return (
            <>
              <Table
                label={t.title}
                columns={deviceColumns()}
                rows={devices}
                keyOf={(one) => JSON.stringify([one.user, one.device])}
                empty={all.length > 0 ? t.noneHere : t.empty}
              />
              {devices.length < all.length && <p class="faint">{t.fitHere(devices.length, all.length)}</p>}
              <Pages next={list.next.value} count={all.length} />
            </>
          );
        }}
      </Loaded>
    </Screen>
  );
}

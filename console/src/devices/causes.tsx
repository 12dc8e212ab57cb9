import type { ComponentChildren } from 'preact';
import type { Schema } from '../api/paths.ts';
import { now } from '../api/session.ts';
import { useQuery } from '../api/use-query.ts';
import { cacheName } from '../caches/cache-name.ts';
import { addressOf } from '../shell/router.ts';
import { common } from '../texts/common.ts';
import { causeTexts } from '../texts/devices.ts';
import { longDateTime } from '../texts/format.ts';
import { Link } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { StepsFor } from '../ui/steps.tsx';
import { isOver } from './refusals.tsx';

type Device = Schema<'ExpandedDevice'>;
type Refusal = Schema<'DeviceRefusal'>;

/** Most failing caches that are shown here, one request each; the list below shows the others. */
const MOST_SHOWN = 3;
/** A device that has been silent for longer is away; until then it may be asleep. */
const QUIET_MS = 86_400_000;

/** Why a device may show old data, in order: the service has nothing newer, it refuses it, or the device is silent. */
export function Causes({ device }: { device: Device }) {
  const t = causeTexts();
  const failing = device.caches.filter(({ held, failing: fails, key }) => held && fails && key !== undefined);
  const refusals = (device.refusals ?? []).filter((refusal) => !isOver(refusal, device.caches));
  const isQuiet = now.value - Date.parse(device.seen) >= QUIET_MS;
  const lacking = device.caches.filter(({ held, behind }) => held && behind !== null && behind > 0).length;
  const emptied = device.caches.filter(({ held, behind, failing: fails }) => held && behind === null && !fails).length;
  const isFine = failing.length === 0 && refusals.length === 0 && !isQuiet && device.behind === 0;
  return (
    <section class="stack" aria-label={t.title}>
      <h2>{t.title}</h2>
      {failing.slice(0, MOST_SHOWN).map(({ key = '', behind }) => (
        <FailingCache key={key} cacheKey={key} behind={behind} />
      ))}
      {failing.length > MOST_SHOWN && <p>{t.moreFail(failing.length - MOST_SHOWN)}</p>}
      {refusals.map((refusal) => (
        <Refused key={refusal.resource_title} refusal={refusal} />
      ))}
      {emptied > 0 && (
        <Cause title={t.emptied(emptied)} act={t.emptiedDo}>
          {t.emptiedText}
        </Cause>
      )}
      {isQuiet ? (
        <Cause title={t.quiet(longDateTime(device.seen))} act={t.quietDo}>
          {lacking > 0 ? t.quietBehind(lacking) : t.quietWhole}
        </Cause>
      ) : (
        lacking > 0 && (
          <Cause title={t.behind(lacking)} act={t.behindDo}>
            {t.behindText}
          </Cause>
        )
      )}
      {isFine && (
        <div class="cause fine">
          <h3>{t.nothing}</h3>
          <p>{t.nothingText}</p>
        </div>
      )}
    </section>
  );
}

interface CauseProps {
  title: string;
  children: ComponentChildren;
  /** What the operator can do about it. */
  act?: string;
}

function Cause({ title, children, act }: CauseProps) {
  return (
    <div class="cause">
      <h3>{title}</h3>
      <p>{children}</p>
      {act && (
        <p>
          <strong>{causeTexts().doThis}</strong> {act}
        </p>
      )}
    </div>
  );
}

interface FailingCacheProps {
  cacheKey: string;
  /** Versions that the device lacks; null: nothing is loaded. */
  behind: number | null;
}

/** Why a cache gets nothing new. */
function FailingCache({ cacheKey, behind }: FailingCacheProps) {
  const t = causeTexts();
  const has = behind === null ? t.failsEmptied : behind > 0 ? t.failsBehind : t.cacheFailsText;
  const record = useQuery('/caches/{key}/', { path: { key: cacheKey } });
  return (
    <Loaded query={record}>
      {(cache) =>
        cache.last_error && (
          <div class="cause">
            <h3>{t.cacheFails(cacheName(cache))}</h3>
            <p>{has}</p>
            <p class="detail">
              <strong>{cache.last_error.title}</strong> {cache.last_error.detail}
            </p>
            <StepsFor type={cache.last_error.type} />
            <p>
              <Link to={addressOf(`/caches/${cacheKey}`)}>{t.openCache}</Link>
            </p>
          </div>
        )
      }
    </Loaded>
  );
}

function Refused({ refusal: { resource_title: title, reason } }: { refusal: Refusal }) {
  const t = causeTexts();
  const resource = useQuery('/resources/{title}/', reason === 'group' ? { path: { title } } : null);
  if (reason === 'scope') {
    return (
      <Cause title={t.refused(title)} act={t.scopeDo}>
        {t.scopeText}
      </Cause>
    );
  }
  // A resource that was deleted or opened to all in the meantime has no groups.
  const groups = resource.data.value?.groups?.join(', ') ?? common().unknown;
  return (
    <Cause title={t.refused(title)} act={t.groupDo}>
      {t.groupText(groups)}
    </Cause>
  );
}

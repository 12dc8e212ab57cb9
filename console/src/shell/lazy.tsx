import { signal } from '@preact/signals';
import { common } from '../texts/common.ts';
import type { ScreenValues } from './router.ts';
import type { Screen, ScreenPlace } from './screens.ts';

/** Screens whose chunk was loaded; null: loading failed. */
const loaded = signal<ReadonlyMap<string, Screen | null>>(new Map());
const asked = new Set<string>();

/** A screen, once its chunk is loaded. */
export function PlacedScreen({ place, values }: { place: ScreenPlace; values: ScreenValues }) {
  const Found = place.screen ?? loaded.value.get(place.pattern);
  if (Found === null) return <Missing />;
  if (Found !== undefined) return <Found {...values} />;
  void load(place);
  return (
    <p class="faint" aria-busy="true">
      {common().loading}
    </p>
  );
}

async function load({ pattern, load: ask }: ScreenPlace): Promise<void> {
  if (ask === undefined || asked.has(pattern)) return;
  asked.add(pattern);
  const found = await ask().catch(() => null);
  loaded.value = new Map(loaded.value).set(pattern, found);
}

/** Shown if a chunk is missing: a deployment removes the chunks of the previous release. */
function Missing() {
  const t = common();
  return (
    <div class="problem" role="alert">
      <p>{t.newRelease}</p>
      <button type="button" onClick={() => location.reload()}>
        {t.reloadPage}
      </button>
    </div>
  );
}

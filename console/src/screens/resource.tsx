import type { Schema } from '../api/paths.ts';
import { useQuery } from '../api/use-query.ts';
import { DraftNotice } from '../definitions/draft-notice.tsx';
import { textOf } from '../definitions/json.ts';
import { definitionIn } from '../definitions/kind.ts';
import { ResourceActions } from '../resources/resource-actions.tsx';
import { addressOfResource } from '../resources/resource-address.ts';
import { RESOURCE_FORM } from '../resources/sections.ts';
import { addressOf, type ScreenValues } from '../shell/router.ts';
import { addressOfSource } from '../sources/source-address.ts';
import { cachesTexts } from '../texts/caches.ts';
import { common } from '../texts/common.ts';
import { editorTexts } from '../texts/editor.ts';
import { bytes, number, span } from '../texts/format.ts';
import { resourcesTexts } from '../texts/resources.ts';
import { Copy } from '../ui/copy.tsx';
import { Facts } from '../ui/facts.tsx';
import { Link } from '../ui/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Screen } from '../ui/screen.tsx';
import { Time } from '../ui/time.tsx';

type Definition = Schema<'Resource'>;

/** One resource: its definition, the state of its caches, and its actions. */
export function Resource({ title = '' }: ScreenValues) {
  const resource = useQuery('/resources/{title}/', { path: { title } });
  const isThere = resource.data.value !== undefined;
  return (
    <Screen title={title} tools={isThere && <ResourceActions title={title} etag={resource.etag} />}>
      <DraftNotice folder="resources" name={title} address={addressOfResource(title, '/edit')} />
      <Loaded query={resource}>
        {(definition) => (
          <>
            {definition.description && <p class="detail">{definition.description}</p>}
            {definition.warnings?.map((warning) => (
              <p key={warning} class="notice">
                {warning}
              </p>
            ))}
            <Counts title={title} />
            <h2>{resourcesTexts().definition}</h2>
            <Summary of={definition} />
            <Json of={definition} />
          </>
        )}
      </Loaded>
    </Screen>
  );
}

function Counts({ title }: { title: string }) {
  const t = resourcesTexts();
  const stats = useQuery('/resources/{title}/stats/', { path: { title } });
  const states = cachesTexts();
  return (
    <section class="stack">
      <h2>{t.caches}</h2>
      <Loaded query={stats}>
        {({ caches, bytes: size, loaded, counted_at: at, next_refresh: next }) => (
          <>
            <Facts
              of={[
                ...(['fresh', 'stale', 'failing'] as const).map(
                  (state) =>
                    [
                      states[state],
                      <Link key={state} to={addressOf('/caches', { resource: title, state })}>
                        {caches === null ? t.notCounted : number(caches[state])}
                      </Link>,
                    ] as const,
                ),
                [states.bytes, size === null ? common().none : bytes(size)],
                [t.lastLoad, <Time key="loaded" at={loaded} />],
                [t.next, <Time key="next" at={next} />],
              ]}
            />
            <p class="faint">
              {at === null ? t.countedSoon : t.countedAt} {at !== null && <Time at={at} />}{' '}
              <Link to={addressOf('/caches', { resource: title })}>{t.allCaches}</Link>
            </p>
          </>
        )}
      </Loaded>
    </section>
  );
}

function Summary({ of }: { of: Definition }) {
  const t = resourcesTexts();
  const none = common().none;
  const { origin, parameters, tables, groups, schedule, scope, format, ttl_s: ttl } = of;
  const names = Object.keys((parameters as { properties?: object } | undefined)?.properties ?? {});
  return (
    <Facts
      of={[
        ...(origin.source === undefined ? [] : [[t.source, <SourceLink key="source" name={origin.source} />] as const]),
        [t.url, <code key="url">{`${origin.method ?? 'GET'} ${origin.url}`}</code>],
        [t.parameters, names.length === 0 ? none : <code key="names">{names.join(', ')}</code>],
        [t.scope, scope === 'user' ? t.perUser : t.shared],
        [t.groups, groups === undefined ? t.openToAll : groups.join(', ')],
        [t.format, <code key="format">{format}</code>],
        [
          t.tables,
          tables === undefined ? none : tables.map(({ name, columns }) => t.tableOf(name, columns.length)).join('; '),
        ],
        [t.ttl, span(ttl ?? 0)],
        [t.schedule, schedule === undefined ? none : <code key="schedule">{`${schedule} UTC`}</code>],
      ]}
    />
  );
}

function SourceLink({ name }: { name: string }) {
  return (
    <Link to={addressOfSource(name)}>
      <code>{name}</code>
    </Link>
  );
}

function Json({ of }: { of: Definition }) {
  const text = textOf(definitionIn(RESOURCE_FORM, of));
  return (
    <details>
      <summary>{editorTexts().json}</summary>
      <p class="tools">
        <Copy text={text} />
      </p>
      <pre class="scroll">{text}</pre>
    </details>
  );
}

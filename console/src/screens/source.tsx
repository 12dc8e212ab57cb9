import { useQuery } from '../api/use-query.ts';
import { DraftNotice } from '../definitions/draft-notice.tsx';
import type { ScreenValues } from '../shell/router.ts';
import { ResourcesOf } from '../sources/resources-of.tsx';
import { SourceActions } from '../sources/source-actions.tsx';
import { addressOfSource } from '../sources/source-address.ts';
import { SourceFacts } from '../sources/source-facts.tsx';
import { SourceState } from '../sources/source-state.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Screen } from '../ui/screen.tsx';

/** One source: its definition, the state of its limits, and the resources that use it. */
export function Source({ name = '' }: ScreenValues) {
  const source = useQuery('/sources/{name}/', { path: { name } });
  const isThere = source.data.value !== undefined;
  return (
    <Screen title={name} tools={isThere && <SourceActions name={name} etag={source.etag} />}>
      <DraftNotice folder="sources" name={name} address={addressOfSource(name, '/edit')} />
      <Loaded query={source}>
        {(definition) => (
          <>
            {definition.description && <p class="detail">{definition.description}</p>}
            <SourceState name={name} />
            <SourceFacts source={definition} />
            <ResourcesOf name={name} />
          </>
        )}
      </Loaded>
    </Screen>
  );
}

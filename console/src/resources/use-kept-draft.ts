/** Lets a draft outlast a sign-in that leads away from the page, besides the screens that it outlasts anyway. */

import { useLayoutEffect, useRef } from 'preact/hooks';
import { useDraft } from '../drafts/use-draft.ts';
import { begin, type Draft, isChanged, keep } from './drafts.ts';

/** What was kept over a sign-in takes the place of a draft that nothing was written in. */
export function useKeptDraft(key: string, draft: Draft): void {
  const begun = useRef(begin(draft.base, draft.etag));
  const kept = useDraft('resource.definition', begun.current);
  const isFirst = useRef(true);
  useLayoutEffect(() => {
    const wasKept = isFirst.current && kept.peek() !== begun.current;
    isFirst.current = false;
    if (wasKept && !isChanged(draft)) keep(key, kept.peek());
    else kept.value = draft;
  }, [key, draft, kept]);
}

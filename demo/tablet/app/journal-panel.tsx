/** The client's latest events. */

import { EVENT_WORDS, type Journal } from './journal.ts';
import { Panel } from './panel.tsx';
import { useTold } from './told.ts';
import { moment, size } from './words.ts';

export function JournalPanel({ journal }: { journal: Journal }) {
  const entries = useTold(journal);
  return (
    <Panel title="What happened">
      {entries.length === 0 ? (
        <p className="hint">Nothing in this tab: another tab connects.</p>
      ) : (
        <ol className="journal">
          {entries.map(({ id, at, name, bytes, why }) => (
            <li key={id}>
              <time dateTime={new Date(at).toISOString()}>{moment(at, at)}</time>
              <span>
                {EVENT_WORDS[name]}
                {bytes !== undefined && bytes > 0 && `: ${size(bytes)}`}
                {why !== undefined && ` (${why})`}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

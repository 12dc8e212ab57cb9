/** Reads event streams as a browser would (HTML, "Server-sent events"). */

export interface ReadEvent {
  event: string;
  data: string;
  id?: string;
}

/** The events of an answer as they arrive, without comments and `retry`. */
export async function* eventsIn(response: Response): AsyncGenerator<ReadEvent, void, void> {
  for await (const block of blocksIn(response)) {
    const fields = block
      .split('\n')
      .map((line) => /^([^:]*):? ?(.*)$/s.exec(line)?.slice(1) as [string, string])
      .filter(([name]) => ['event', 'data', 'id'].includes(name));
    if (fields.length > 0) yield Object.fromEntries(fields) as unknown as ReadEvent;
  }
}

/** All events of an answer, once it has ended. */
export async function allEventsIn(response: Response): Promise<ReadEvent[]> {
  const events: ReadEvent[] = [];
  for await (const event of eventsIn(response)) events.push(event);
  return events;
}

/** The blocks between empty lines, unchanged. */
export async function* blocksIn(response: Response): AsyncGenerator<string, void, void> {
  let text = '';
  for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      yield text.slice(0, end);
      text = text.slice(end + 2);
    }
  }
}

/** Sends the rows of answers through one more sink. */

import type { RowSink, TableAnswer } from '../../ports/rows.ts';

/** The same answers. `wrap` is called once for all of them, with the sink of the reader; its sink gets the rows first. */
export async function* wrappedAnswers(
  answers: AsyncIterable<TableAnswer> | Iterable<TableAnswer>,
  wrap: (sink: RowSink) => RowSink,
): AsyncGenerator<TableAnswer, void> {
  let wrapped: RowSink | undefined;
  for await (const { body, reader } of answers) {
    yield {
      body,
      reader: (tables, sink) => {
        wrapped ??= wrap(sink);
        return reader(tables, wrapped);
      },
    };
  }
}

/** Answers whose rows go through one sink more. */

import type { RowSink, TableAnswer } from '../../ports/rows.ts';

/** The same answers. `wrap` makes the sink that comes first, once for all of them, round the one that their reader is given. */
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

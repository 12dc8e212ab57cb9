/** A full load of a resource whose next loads are incremental: notes the watermarks, and leaves out rows that are deletions. */

import type { RowSink, TableAnswer } from '../../ports/rows.ts';
import type { MarkedTable, RowMarks } from './row-marks.ts';

/** The same answers, whose readers leave out deletions. @param onMark receives the watermark of each row that has one */
export async function* withoutDeletions(
  answers: AsyncIterable<TableAnswer> | Iterable<TableAnswer>,
  { marksOf }: Pick<MarkedTable, 'marksOf'>,
  onMark: (mark: string) => void,
): AsyncGenerator<TableAnswer, void> {
  for await (const { body, reader } of answers) {
    yield { body, reader: (tables, sink) => reader(tables, new FullRows(sink, marksOf, onMark)) };
  }
}

class FullRows implements RowSink {
  readonly #sink: RowSink;
  readonly #marksOf: (key: string, hidden: readonly string[]) => RowMarks;
  readonly #onMark: (mark: string) => void;

  constructor(
    sink: RowSink,
    marksOf: (key: string, hidden: readonly string[]) => RowMarks,
    onMark: (mark: string) => void,
  ) {
    this.#sink = sink;
    this.#marksOf = marksOf;
    this.#onMark = onMark;
  }

  beginTable(table: number): void {
    this.#sink.beginTable(table);
  }

  row(text: string, key: string, hidden: readonly string[]): void {
    const { mark, isRemoved, key: marked } = this.#marksOf(key, hidden);
    if (mark !== null) this.#onMark(mark);
    if (isRemoved) this.#sink.removed?.(marked);
    else this.#sink.row(text, key, hidden);
  }

  endTable(): void {
    this.#sink.endTable();
  }
}

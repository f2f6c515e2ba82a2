import type { BlockCommit } from "./block-envelope.ts";
import type { ReadColumns, StoredColumn } from "./column-reader.ts";

/**
 * Columns in offset order: all of the first, then all of the second, and so on. Those of a merged block are cut where their
 * readings do not follow each other, and where a commit ends. So each commit has again the columns that it was written with, and
 * whoever goes by them, such as the windows, sees of a merged block what it saw of the blocks before.
 */
export function contiguousColumns({ columns, positions }: ReadColumns, commits: readonly BlockCommit[]): StoredColumn[] {
  if (positions === null && commits.length === 1) return columns;
  const beginsCommit = commitStarts(commits);
  const byPosition: StoredColumn[] = [];
  let firstPosition = 0;
  for (const [index, column] of columns.entries()) {
    const count = column.eventTimesUs.length;
    const at = positions?.[index] ?? Array.from({ length: count }, (_, i) => firstPosition + i);
    let from = 0;
    for (let to = 1; to <= count; to++) {
      const position = at[to] ?? -1;
      if (position === (at[to - 1] as number) + 1 && !beginsCommit.has(position)) continue;
      byPosition[at[from] as number] = partOf(column, from, to);
      from = to;
    }
    firstPosition += count;
  }
  // Filters the holes out, too.
  return byPosition.filter(() => true);
}

function commitStarts(commits: readonly BlockCommit[]): Set<number> {
  let position = 0;
  return new Set(
    commits.map(({ count }) => {
      position += count;
      return position;
    }),
  );
}

function partOf(column: StoredColumn, from: number, to: number): StoredColumn {
  const { eventTimesUs, values, qualities, correctionsUs } = column;
  if (to - from === eventTimesUs.length) return column;
  return {
    ...column,
    eventTimesUs: eventTimesUs.slice(from, to),
    values: values.slice(from, to) as StoredColumn["values"],
    qualities: partOrNone(qualities, from, to),
    correctionsUs: partOrNone(correctionsUs, from, to),
  };
}

/** None if all are 0. */
function partOrNone(numbers: readonly number[], from: number, to: number): readonly number[] {
  const part = numbers.slice(from, to);
  return part.some((number) => number !== 0) ? part : [];
}

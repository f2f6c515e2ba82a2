/** Longest line in UTF-16 units; nothing that we read comes near it. */
export const lineLengthMax = 1_000_000;

export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  /** False for a last line without line end: whoever wrote it may have been killed. */
  readonly complete: boolean;
}

/** Lines of a stream of text, without their ends; empty ones are left out. */
export async function* readLines(chunks: AsyncIterable<string>): AsyncGenerator<Line> {
  let rest = "";
  let number = 0;
  for await (const chunk of chunks) {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    if (rest.length > lineLengthMax)
      throw new Error(`line ${number + parts.length + 1} is longer than ${lineLengthMax} characters`);
    for (const text of parts) {
      number++;
      if (text !== "") yield { number, text, complete: true };
    }
  }
  if (rest !== "") yield { number: number + 1, text: rest, complete: false };
}

// CSV by RFC 4180, as a stream: fields may be quoted, quoted fields may hold commas, line ends and doubled quotes.
// Lines end with LF or CRLF; blank lines are skipped; a byte order mark is ignored. Fields keep their text as it stands.

/** Longest row in UTF-16 units; a longer one is a sign of an unclosed quote. */
export const rowLengthMax = 1_000_000;

export interface CsvRow {
  /** Line of the file on which the row begins, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

/** Takes the text in any pieces and returns the rows that are complete. */
export class CsvParser {
  #fields: string[] = [];
  #field = "";
  #rowLength = 0;
  #line = 1;
  #rowLine = 1;
  #quoted = false;
  /** A quote within a quoted field: its end, or the first half of a doubled quote. */
  #quotePending = false;
  #first = true;

  push(text: string): CsvRow[] {
    const rows: CsvRow[] = [];
    for (const char of this.#first ? text.replace(/^\uFEFF/, "") : text) this.#take(char, rows);
    if (text !== "") this.#first = false;
    return rows;
  }

  /** The last row, if the file does not end with a line end. */
  end(): CsvRow[] {
    const rows: CsvRow[] = [];
    if (this.#quoted && !this.#quotePending) throw new Error(`line ${this.#rowLine}: a quote is not closed`);
    this.#endRow(rows);
    return rows;
  }

  #take(char: string, rows: CsvRow[]): void {
    if (++this.#rowLength > rowLengthMax) throw new Error(`line ${this.#rowLine}: longer than ${rowLengthMax} characters`);
    if (char === "\n") this.#line++;
    if (this.#quotePending) {
      this.#quotePending = false;
      if (char === '"') {
        this.#field += char;
        return;
      }
      this.#quoted = false;
    }
    if (this.#quoted) this.#takeQuoted(char);
    else this.#takePlain(char, rows);
  }

  #takeQuoted(char: string): void {
    if (char === '"') this.#quotePending = true;
    else this.#field += char;
  }

  #takePlain(char: string, rows: CsvRow[]): void {
    if (char === ",") this.#endField();
    else if (char === "\n") this.#endRow(rows);
    else if (char === '"' && this.#field === "") this.#quoted = true;
    else this.#field += char;
  }

  #endField(): void {
    this.#fields.push(this.#field);
    this.#field = "";
  }

  #endRow(rows: CsvRow[]): void {
    if (this.#field.endsWith("\r")) this.#field = this.#field.slice(0, -1);
    this.#endField();
    if (this.#fields.length > 1 || this.#fields[0] !== "") rows.push({ line: this.#rowLine, fields: this.#fields });
    this.#fields = [];
    this.#rowLength = 0;
    this.#rowLine = this.#line;
    this.#quoted = false;
    this.#quotePending = false;
  }
}

/** Rows of a stream of text. */
export async function* csvRows(chunks: AsyncIterable<string>): AsyncGenerator<CsvRow> {
  const parser = new CsvParser();
  for await (const chunk of chunks) yield* parser.push(chunk);
  yield* parser.end();
}

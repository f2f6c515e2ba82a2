import fc from "fast-check";
import { expect, it } from "vitest";
import { CsvParser } from "../../../device-sim/csv.ts";

function parse(...pieces: string[]): (readonly string[])[] {
  const parser = new CsvParser();
  return [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()].map(({ fields }) => fields);
}

it("plain rows end with LF or CRLF, the last one with or without", () => {
  expect(parse("a,b\n1,2\r\n3,4")).toEqual([
    ["a", "b"],
    ["1", "2"],
    ["3", "4"],
  ]);
});

it("quoted fields hold commas, line ends and quotes", () => {
  expect(parse('"a,1","b\n2","c ""3"""\n')).toEqual([["a,1", "b\n2", 'c "3"']]);
});

it("a byte order mark and blank lines are passed over", () => {
  expect(parse("\uFEFFa\n\n1\n\r\n")).toEqual([["a"], ["1"]]);
});

it("a row knows the line on which it begins", () => {
  const parser = new CsvParser();
  expect(parser.push('a\n"b\nb"\n\nc\n').map(({ line }) => line)).toEqual([1, 2, 5]);
});

it("a quote that is never closed is told with its line", () => {
  expect(() => parse('a\n"b,c\n1,2\n')).toThrow("line 2: a quote is not closed");
});

it("what is written by the rules is read back, cut anywhere", () => {
  const field = fc.string({ unit: fc.constantFrom("a", "7", ",", '"', "\n", " ", "é", "😀") }).map((text) => `x${text}`);
  const rows = fc.array(fc.array(field, { minLength: 1, maxLength: 4 }), { maxLength: 6 });
  fc.assert(
    fc.property(rows, fc.infiniteStream(fc.integer({ min: 1, max: 7 })), (rows, cuts) => {
      const text = rows.map((row) => `${row.map((field) => `"${field.replaceAll('"', '""')}"`).join()}\n`).join("");
      // By code points, as a decoded stream cuts.
      const characters = [...text];
      const pieces: string[] = [];
      while (characters.length > 0) pieces.push(characters.splice(0, cuts.next().value).join(""));
      expect(parse(...pieces)).toEqual(rows);
    }),
  );
});

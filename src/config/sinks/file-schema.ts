import { z } from "zod";
import { duration, size } from "../quantities.ts";
import { sinkFields } from "./sink-fields.ts";

export const fileSink = z.strictObject({
  kind: z.literal("file").describe("Appends lines to files, which begin anew by size and time."),
  ...sinkFields,
  path: z
    .string()
    .regex(/\{lane\}/, { message: "does not name {lane}" })
    .default("./data/export/{lane}")
    .meta({ allowed: "a path with {lane} in it, such as ./data/export/{lane}" })
    .describe(
      "Begin of the path of each file; {lane} and {gateway} stand for their names. The time when the file begins and the id of the log come behind it. Folders are created.",
    ),
  format: z
    .enum(["ndjson", "csv"])
    .default("ndjson")
    .describe("ndjson: one JSON object a line. csv: as RFC 4180, with a line of names at the top."),
  fileSizeMax: size({ min: "64KiB", max: "1GiB" })
    .prefault("64MiB")
    .meta({ unit: "bytes" })
    .describe("A file that would grow beyond it is closed, and a new one begins. A batch is never cut."),
  fileTimeMax: duration({ min: "1m", max: "366d" })
    .prefault("1d")
    .meta({ unit: "duration" })
    .describe("A file is closed at multiples of it since 1970-01-01T00:00:00Z, and a new one begins with the next record."),
  filesMax: z
    .int()
    .min(2)
    .max(1_000_000)
    .optional()
    .meta({ unit: "files" })
    .describe(
      "Most files of a lane. Beyond it the oldest are deleted, whoever has read them or not. Default: none is deleted.",
    ),
});

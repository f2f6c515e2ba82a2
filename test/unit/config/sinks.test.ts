import { describe, expect, test } from "vitest";
import type { Fault } from "../../../src/config/faults.ts";
import { parseConfig } from "../../../src/config/load.ts";
import { fieldRows, jsonSchemaOf } from "../../../src/config/reference.ts";
import { gatewayConfigSchema } from "../../../src/config/schema.ts";
import { TidegateError } from "../../../src/platform/errors.ts";

const parse = (sinks: string) => parseConfig(`forward: {sinks: ${sinks}}`, "test.yaml", gatewayConfigSchema).forward.sinks;

function faultsIn(sinks: string): readonly Fault[] {
  try {
    parse(sinks);
  } catch (error) {
    if (error instanceof TidegateError) return error.details.faults as readonly Fault[];
    throw error;
  }
  throw new Error("expected faults");
}

describe("forward.sinks", () => {
  test("are none by default", () => {
    expect(parseConfig("", "test.yaml", gatewayConfigSchema).forward.sinks).toEqual([]);
  });

  test("have the fields of every sink and those of their kind", () => {
    expect(parse("[{kind: file, name: archive, lanes: [alerts], fileSizeMax: 1MiB}]")).toMatchObject([
      { kind: "file", name: "archive", lanes: ["alerts"], device: "*", ackTimeout: 10_000, fileSizeMax: 1_048_576 },
    ]);
  });

  test("of a kind that does not exist are refused, and the known ones are named", () => {
    expect(faultsIn("[{kind: fil, name: a}]")).toMatchObject([
      {
        path: "forward.sinks.0.kind",
        problem: "is not a known kind",
        value: "fil",
        allowed: expect.stringMatching(/one of .*file/),
      },
    ]);
  });

  test("of no kind are told which there are", () => {
    expect(faultsIn("[{name: a}]")).toMatchObject([
      {
        path: "forward.sinks.0.kind",
        problem: "is missing",
        allowed: expect.stringMatching(/one of .*file/),
        remedy: "add it",
      },
    ]);
  });

  test("with an unknown key are told the nearest one of their kind", () => {
    expect(faultsIn("[{kind: file, name: a, fileSizMax: 1MiB}]")).toMatchObject([
      { path: "forward.sinks.0.fileSizMax", remedy: "write fileSizeMax, or remove it" },
    ]);
  });

  test.each([
    ["no section", "[3]", "forward.sinks.0"],
    ["a value out of range", "[{kind: file, name: a, fileSizeMax: 1B}]", "forward.sinks.0.fileSizeMax"],
    ["a path without the lane", "[{kind: file, name: a, path: ./out}]", "forward.sinks.0.path"],
    ["the name of the collector", "[{kind: file, name: collector}]", "forward.sinks.0.name"],
    ["a name twice", "[{kind: file, name: a, path: 'x{lane}'}, {kind: file, name: a}]", "forward.sinks.1.name"],
    ["a path twice", "[{kind: file, name: a}, {kind: file, name: b}]", "forward.sinks.1.path"],
    ["delays that cross", "[{kind: file, name: a, retryDelayMin: 1m, retryDelayMax: 1s}]", "forward.sinks.0.retryDelayMax"],
  ])("with %s are refused, and the fault names the field", (_what, sinks, path) => {
    expect(faultsIn(sinks).map((fault) => fault.path)).toEqual([path]);
  });

  test("are at most twenty", () => {
    const many = (count: number) =>
      `[${Array.from({ length: count }, (_, i) => `{kind: file, name: s${i}, path: 'p${i}/{lane}'}`).join()}]`;
    expect(parse(many(20))).toHaveLength(20);
    expect(faultsIn(many(21))).toMatchObject([{ path: "forward.sinks", problem: "is too large" }]);
  });
});

test("a secret under a misspelt key is not shown", () => {
  const [fault] = faultsIn("[{kind: mqtt, name: m, address: 'broker:1883', pasword: hunter2}]");
  expect(fault).toMatchObject({ path: "forward.sinks.0.pasword", value: "not shown", remedy: "write password, or remove it" });
});

describe("the documentation", () => {
  const paths = fieldRows(jsonSchemaOf(gatewayConfigSchema)).map((row) => row.path);

  test("has what every sink understands once, and what one kind does by its kind", () => {
    expect(paths.filter((path) => path.endsWith(".kind") && path.startsWith("forward."))).toEqual(["forward.sinks[].kind"]);
    expect(paths).toContain("forward.sinks[].quarantineMax");
  });
});

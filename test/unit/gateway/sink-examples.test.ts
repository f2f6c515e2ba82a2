import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sinkTable } from "../../../src/forward/sinks/sink-table.ts";
import { readGatewayConfig } from "../../../src/gateway-config.ts";
import { tempDir } from "../../support/temp-dir.ts";

const text = readFileSync("docs/sinks.md", "utf8");
const kinds = Object.keys(sinkTable);

function sectionOf(kind: string): string {
  return text.split(/^## /m).find((section) => section.startsWith(`${kind}\n`)) ?? "";
}

/** Kinds of the sinks of a config, which must be valid. */
async function kindsIn(yaml: string): Promise<string[]> {
  const path = join(await tempDir(), "gateway.yaml");
  await writeFile(path, yaml);
  return readGatewayConfig(path).forward.sinks.map((sink) => sink.kind);
}

test.each(kinds)("docs/sinks.md has a row and a section for %s, with an example that is valid", async (kind) => {
  expect(text).toContain(`\n| \`${kind}\` | `);
  const example = /```yaml\n([\s\S]*?)```/.exec(sectionOf(kind))?.[1] ?? "";
  expect(await kindsIn(example)).toEqual([kind]);
});

test("the example of sinks in README.md is valid", async () => {
  const examples = [...readFileSync("README.md", "utf8").matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => yaml ?? "");
  const ofSinks = examples.filter((yaml) => yaml.includes("sinks:"));
  expect(ofSinks).toHaveLength(1);
  expect((await kindsIn(ofSinks[0] ?? "")).length).toBeGreaterThan(0);
});

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

test.each(kinds)("docs/sinks.md has a row and a section for %s, with an example that is valid", async (kind) => {
  expect(text).toContain(`\n| \`${kind}\` | `);
  const example = /```yaml\n([\s\S]*?)```/.exec(sectionOf(kind))?.[1] ?? "";
  const path = join(await tempDir(), "gateway.yaml");
  await writeFile(path, example);
  expect(readGatewayConfig(path).forward.sinks.map((sink) => sink.kind)).toEqual([kind]);
});

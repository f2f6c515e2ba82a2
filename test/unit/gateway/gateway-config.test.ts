import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkGatewayConfig, readGatewayConfig } from "../../../src/gateway-config.ts";
import { TidegateError } from "../../../src/platform/errors.ts";
import { CertificateAuthority } from "../../support/certificates.ts";
import { isMissing } from "../../support/servers.ts";
import { tempDir } from "../../support/temp-dir.ts";

async function messageOf(yaml: string, read = readGatewayConfig): Promise<string> {
  const path = join(await tempDir(), "gateway.yaml");
  await writeFile(path, yaml);
  try {
    read(path);
    return "valid";
  } catch (error) {
    if (error instanceof TidegateError && error.code === "CONFIG_INVALID") return error.message;
    throw error;
  }
}

test("an expression that names what does not exist is a fault with its line, its field and the place in it", async () => {
  const message = await messageOf(`alerts:
  - name: hot
    when: {cel: 'value > 80 && unt == "Cel"'}
    clear: {cel: value < 70 + unit}
  - name: right
    when: {cel: 'value > 80 && unit == "Cel"'}
  - name: stopped
    when:
      valueType: text
      cel: value > 1.0
`);
  expect(message).toContain("has 3 faults");
  expect(message).toContain("gateway.yaml:3: alerts.0.when.cel Unknown variable: unt, at character 15");
  expect(message).toContain("gateway.yaml:4: alerts.0.clear.cel no such overload: int + string, at character 9");
  expect(message).toContain("gateway.yaml:10: alerts.2.when.cel no such overload: string > double, at character 1");
  expect(message).toContain('value    "value > 1.0"\n    allowed  an expression of CEL that gives bool');
});

test.each(["README.md", "docs/alerts.md"])("the examples of rules in %s are valid", async (path) => {
  const examples = [...readFileSync(path, "utf8").matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => yaml ?? "");
  const ofRules = examples.filter((yaml) => yaml.includes("alerts:"));
  expect(ofRules.length).toBeGreaterThan(0);
  for (const yaml of ofRules) expect(await messageOf(yaml)).toBe("valid");
});

test("expressions are looked at when everything else is right", async () => {
  expect(await messageOf("htp: {}\nalerts: [{name: a, when: {cel: wrong}}]\n")).toContain("has 1 fault\n");
  expect(await messageOf("alerts: [{name: a, when: {cel: value > 1}, clear: {cel: value < 0}}]\n")).toBe("valid");
});

test("sending hours that are no cron expression are faults, of the collector and of each sink", async () => {
  const hours = 'hours: [{start: "0 1 * * *", for: 1h}, {start: noon, for: 1h}]';
  const message = await messageOf(`forward:
  collector: {address: "h:1", ${hours}}
  sinks: [{kind: file, name: files, ${hours}}]
`);
  expect(message).toContain("has 2 faults");
  expect(message).toContain("forward.collector.hours.1.start");
  expect(message).toContain("forward.sinks.0.hours.1.start");
});

describe.skipIf(isMissing("openssl"))("the files of forward.collector.tls", () => {
  const yamlOf = (tls: object) => `forward:
  collector:
    address: localhost:7070
    tls: ${JSON.stringify(tls)}
`;

  test("are looked into by a check: what is missing or does not fit is named with its path, its value and the remedy", async () => {
    const authority = await CertificateAuthority.create();
    const { cert } = authority.issue();
    const key = authority.issue().key;
    const wrong = await messageOf(yamlOf({ ca: "/nowhere.pem", cert, key: cert }), checkGatewayConfig);
    expect(wrong).toContain("has 2 faults");
    expect(wrong).toContain("gateway.yaml:4: forward.collector.tls.ca cannot be read: ENOENT");
    expect(wrong).toContain('value    "/nowhere.pem"');
    expect(wrong).toContain("remedy   name a PEM file that this process may read");
    expect(wrong).toContain("gateway.yaml:4: forward.collector.tls.key holds no private key");
    expect(await messageOf(yamlOf({ cert, key }), checkGatewayConfig)).toContain(
      `tls.key is not the key of the certificate in ${cert}`,
    );
    expect(await messageOf(yamlOf({ ...authority.issueExpired() }), checkGatewayConfig)).toContain(
      "tls.cert expired at Jan 31",
    );
    expect(await messageOf(yamlOf({ cert }), checkGatewayConfig)).toContain("tls.key is missing");
    expect(await messageOf(yamlOf({ ca: authority.cert, ...authority.issue() }), checkGatewayConfig)).toBe("valid");
  });

  test("keep no gateway from starting", async () => {
    expect(await messageOf(yamlOf({ ca: "/nowhere.pem" }))).toBe("valid");
  });

  test("may hold several authorities, of which one is valid", async () => {
    const [old, current] = [await CertificateAuthority.create(), await CertificateAuthority.create()];
    const bundle = join(await tempDir(), "bundle.pem");
    const expired = readFileSync(old.issueExpired().cert, "utf8");
    await writeFile(bundle, expired + current.pem);
    expect(await messageOf(yamlOf({ ca: bundle }), checkGatewayConfig)).toBe("valid");
    await writeFile(bundle, expired + expired);
    expect(await messageOf(yamlOf({ ca: bundle }), checkGatewayConfig)).toContain("tls.ca expired at Jan 31");
  });
});

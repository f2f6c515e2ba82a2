import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/config/load.ts";
import { gatewayConfigSchema } from "../../../src/config/schema.ts";

const load = (yaml: string) => parseConfig(yaml, "test", gatewayConfigSchema).notify;
const webhook = (fields: string) => load(`notify: { webhooks: [{ name: w, url: "http://h:9093/api/v2/alerts"${fields} }] }`);

describe("config section notify", () => {
  test("has limits by default, and no webhooks", () => {
    expect(load("{}")).toEqual({ alertsMax: 10_000, resolvedMax: 10_000, silencesMax: 1000, webhooks: [] });
  });

  test("a webhook needs a name and an address; the rest has defaults", () => {
    expect(webhook("").webhooks[0]).toEqual({
      ...{ name: "w", url: "http://h:9093/api/v2/alerts", severityMin: "info" },
      ...{ rule: "*", device: "*", metric: "*", tag: "*" },
      ...{ resendInterval: 60_000, timeout: 10_000, retryDelayMin: 1000, retryDelayMax: 60_000 },
    });
    expect(() => load("notify: { webhooks: [{}] }")).toThrow(/webhooks\.0\.name is missing[\s\S]*webhooks\.0\.url is missing/);
  });

  test.each(["ftp://h/x", "h:9093", "/api", "http://ada:secret@h/", "https://ada@h/"])("the address %s is refused", (url) => {
    expect(() => load(`notify: { webhooks: [{ name: w, url: "${url}" }] }`)).toThrow(
      /webhooks\.0\.url is not an HTTP address[\s\S]*allowed {2}http:\/\/… or https:\/\/…/,
    );
  });

  test.each([
    ["headers: { 'X Y': a }", /headers has the name "X Y"/],
    ["headers: { Authorization: a }", /headers has Authorization[\s\S]*goes into bearerToken/],
    ["headers: { X-A: 'ä' }", /headers has a value of X-A that HTTP cannot carry/],
    ["bearerToken: 'a b'", /bearerToken is not allowed/],
    ["severityMin: fatal", /severityMin is not allowed[\s\S]*one of info, warning, critical/],
    ["resendInterval: 2h", /resendInterval is out of range[\s\S]*from 1s to 1h/],
    ["retryDelayMin: 1m, retryDelayMax: 1s", /retryDelayMax is less than retryDelayMin/],
    ["severtiyMin: info", /write severityMin, or remove it/],
  ])("what cannot be is a fault: %s", (fields, fault) => {
    expect(() => webhook(`, ${fields}`)).toThrow(fault);
  });

  test("two webhooks of one name are a fault: their places could not be told apart", () => {
    expect(() => load('notify: { webhooks: [{ name: w, url: "http://a/" }, { name: w, url: "http://b/" }] }')).toThrow(
      /webhooks\.1\.name is used twice/,
    );
  });
});

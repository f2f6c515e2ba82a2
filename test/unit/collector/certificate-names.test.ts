import { expect, test } from "vitest";
import { gatewayNames, identityRefusal } from "../../../src/collector/certificate-names.ts";

const names = (subjectaltname: string) => gatewayNames({ subjectaltname });

test("a certificate names gateways by its common names, its DNS names, and the last segments of its URIs", () => {
  const subjectaltname = "DNS:b, IP Address:10.0.0.1, email:c@d, URI:https://plant/e/f, DNS:g, DNS:b";
  expect(gatewayNames({ subject: { CN: ["a", "A"] }, subjectaltname })).toEqual(["a", "A", "b", "f", "g"]);
  expect(gatewayNames(undefined)).toEqual([]);
});

test.each(["https://plant/a?b", "https://plant/a#b", "https://plant/", "https://plant", "urn:plant:a", "a", "///a"])(
  "the URI %s names no gateway",
  (uri) => expect(names(`URI:${uri}`)).toEqual([]),
);

test("a name cannot hide another one in itself", () => {
  expect(names('DNS:"a, DNS:b, \\"", DNS:c')).toEqual(['a, DNS:b, "', "c"]);
  expect(names('email:"a, DNS:b", DNS:c')).toEqual(["c"]);
});

test.each(['DNS:a, DNS:"b, DNS:c', 'DNS:a, DNS:"b"c, DNS:d', 'DNS:a, DNS:"\\x", DNS:b', "DNS:a, , DNS:b", 'DNS:a, x"DNS:b'])(
  "nothing counts that follows what is not understood: %s",
  (text) => expect(names(text)).toEqual(["a"]),
);

test("a refusal shows a few names of a certificate, cut and escaped", () => {
  const many = ["a".repeat(1000), 'b"\n', ...Array.from({ length: 5000 }, (_, index) => `gw-${index}`)];
  const message = identityRefusal("press-1", many)?.message;
  expect(message).toContain(`is for "${"a".repeat(64)}", "b\\"\\n", "gw-0", "gw-1", "gw-2", 4997 more; have a certificate`);
  expect(identityRefusal("press-1", [])?.message).toContain("which is for no gateway; have");
});

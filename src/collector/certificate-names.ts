// Which gateways a certificate is for, and whether one that says Hello is among them.
//
// Names of a certificate, each compared as it stands, capitals included
//   common name          of its subject
//   DNS name             whole; "*" stands for nothing but itself
//   URI                  the last segment of its path: spiffe://plant.example/gateways/press-hall is for press-hall. One without a
//                        path, or with a query or a fragment, names nobody
// Other names (IP address, e-mail) do not count: none of them is who a gateway is.

import type { PeerCertificate } from "node:tls";
import { type Refusal, refusal } from "./request-check.ts";

/** Names, and characters of each, that a refusal shows. A certificate may have thousands. */
const namesShown = 5;
const nameLengthShown = 64;

type Names = Pick<PeerCertificate, "subjectaltname"> & { readonly subject?: { readonly CN?: string | readonly string[] } };

/** Absent certificate: none. */
export function gatewayNames(certificate: Names | undefined): string[] {
  const { subject, subjectaltname = "" } = certificate ?? {};
  return [...new Set([subject?.CN ?? [], alternativeNames(subjectaltname)].flat())];
}

/** Null: the certificate with these names is the gateway's. */
export function identityRefusal(gatewayId: string, names: readonly string[]): Refusal | null {
  if (names.includes(gatewayId)) return null;
  const remedy = `have a certificate issued for ${gatewayId}, set gateway.id to a name of the certificate, or set tls.gatewayId of the collector to any`;
  return refusal("identity", `gateway_id ${gatewayId} is no name of its certificate, which is for ${shown(names)}; ${remedy}`);
}

function shown(names: readonly string[]): string {
  if (names.length === 0) return "no gateway";
  const first = names.slice(0, namesShown).map((name) => JSON.stringify(name.slice(0, nameLengthShown)));
  return [...first, ...(names.length > namesShown ? [`${names.length - namesShown} more`] : [])].join(", ");
}

/** One name as Node.js writes them: quoted as in JSON if anything in it could be taken for the next name. */
const nextName = /([^:,"]+):("(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"|[^,"]*)(?:, |$)/guy;

/** Nothing of what follows a text that is not understood: it could say anything. */
function alternativeNames(text: string): string[] {
  return [...text.matchAll(nextName)].flatMap(([, type, value = ""]) => {
    const name = value.startsWith('"') ? String(JSON.parse(value)) : value;
    if (type === "DNS") return name;
    return type === "URI" ? (lastSegment.exec(name)?.[1] ?? []) : [];
  });
}

const lastSegment = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]+\/(?:[^?#]*\/)?([^/?#]+)$/;

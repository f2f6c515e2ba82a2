// The files of a TLS listener, read and checked together: what is wrong with them is said before a gateway would find out.

import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { messageOf } from "../platform/errors.ts";

/** Paths of PEM files. */
export interface TlsFiles {
  /** The certificate, and those that issued it. */
  readonly cert: string;
  readonly key: string;
  /** Issuers of the gateways' certificates; absent: gateways need none. */
  readonly clientCa?: string | undefined;
}

export interface TlsFault {
  readonly field: keyof TlsFiles;
  readonly problem: string;
  readonly remedy: string;
}

export interface TlsMaterial {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly clientCa: Buffer | null;
}

/** Either what the files hold or what is wrong with them, at that time. */
export type CheckedTls =
  | { readonly material: TlsMaterial; readonly faults: [] }
  | { readonly material: null; readonly faults: TlsFault[] };

export function readTlsFiles(files: TlsFiles, nowUs: number): CheckedTls {
  const faults: TlsFault[] = [];
  const read = (field: keyof TlsFiles, check: (pem: Buffer) => Omit<TlsFault, "field"> | null): Buffer | null => {
    const path = files[field];
    if (path === undefined) return null;
    const pem = contentOf(path);
    const fault = typeof pem === "string" ? { problem: pem, remedy: "name a PEM file that this process may read" } : check(pem);
    if (fault !== null) faults.push({ field, ...fault });
    return typeof pem === "string" ? null : pem;
  };
  const cert = read("cert", (pem) => certificateFault(pem, nowUs));
  const key = read("key", keyFault);
  const clientCa = read("clientCa", (pem) => certificateFault(pem, nowUs));
  if (faults.length === 0 && cert !== null && key !== null) {
    if (new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
      return { material: { cert, key, clientCa }, faults: [] };
    faults.push({
      field: "key",
      problem: `is not the key of the certificate in ${files.cert}`,
      remedy: "name the key that the certificate was made for",
    });
  }
  return { material: null, faults };
}

function contentOf(path: string): Buffer | string {
  try {
    return readFileSync(path);
  } catch (error) {
    return `cannot be read: ${messageOf(error)}`;
  }
}

/** Of the first certificate in the file, the one that is shown or trusted. */
function certificateFault(pem: Buffer, nowUs: number): Omit<TlsFault, "field"> | null {
  try {
    const { validFrom, validTo } = new X509Certificate(pem);
    const nowMs = nowUs / 1000;
    if (nowMs > Date.parse(validTo)) return { problem: `expired at ${validTo}`, remedy: "have it renewed" };
    if (nowMs >= Date.parse(validFrom)) return null;
    return { problem: `is not valid before ${validFrom}`, remedy: "check this host's clock, or wait" };
  } catch (error) {
    return { problem: `holds no certificate: ${messageOf(error)}`, remedy: "name a PEM file that begins with a certificate" };
  }
}

function keyFault(pem: Buffer): Omit<TlsFault, "field"> | null {
  try {
    createPrivateKey(pem);
    return null;
  } catch (error) {
    return {
      problem: `holds no private key: ${messageOf(error)}`,
      remedy: "name a PEM file with a key that has no passphrase",
    };
  }
}

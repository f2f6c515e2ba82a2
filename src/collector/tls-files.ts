// The files of a TLS listener, read and checked together: what is wrong with them is said before a gateway would find out.

import {
  authorityFault,
  certificateFault,
  keyFault,
  type PemCheck,
  type PemFault,
  pairFault,
  readPem,
} from "../platform/pem-check.ts";

/** Paths of PEM files. */
export interface TlsFiles {
  /** The certificate, and those that issued it. */
  readonly cert: string;
  readonly key: string;
  /** Issuers of the gateways' certificates; absent: gateways need none. */
  readonly clientCa?: string | undefined;
}

export interface TlsFault extends PemFault {
  readonly field: keyof TlsFiles;
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
  const read = (field: keyof TlsFiles, check: PemCheck): Buffer | null => {
    const path = files[field];
    if (path === undefined) return null;
    const pem = readPem(path);
    const fault = Buffer.isBuffer(pem) ? check(pem, nowUs) : pem;
    if (fault !== null) faults.push({ field, ...fault });
    return Buffer.isBuffer(pem) ? pem : null;
  };
  const cert = read("cert", certificateFault);
  const key = read("key", keyFault);
  const clientCa = read("clientCa", authorityFault);
  if (faults.length === 0 && cert !== null && key !== null) {
    const fault = pairFault(files.cert, cert, key);
    if (fault === null) return { material: { cert, key, clientCa }, faults: [] };
    faults.push({ field: "key", ...fault });
  }
  return { material: null, faults };
}

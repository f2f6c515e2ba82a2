// What is wrong with the PEM files of TLS, in words and with the remedy, before the other side would find out.

import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { messageOf } from "./errors.ts";

export interface PemFault {
  readonly problem: string;
  readonly remedy: string;
}

export type PemCheck = (pem: Buffer, nowUs: number) => PemFault | null;

export function readPem(path: string): Buffer | PemFault {
  try {
    return readFileSync(path);
  } catch (error) {
    return { problem: `cannot be read: ${messageOf(error)}`, remedy: "name a PEM file that this process may read" };
  }
}

/** Of the first certificate in the file, the one that is shown. */
export function certificateFault(pem: Buffer, nowUs: number): PemFault | null {
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

const certificates = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Of a file that may hold several authorities, old ones beside new ones: at least one must be valid. */
export function authorityFault(pem: Buffer, nowUs: number): PemFault | null {
  const each = pem.toString("latin1").match(certificates) ?? [];
  const faults = each.map((one) => certificateFault(Buffer.from(one), nowUs));
  return faults.includes(null) ? null : (faults[0] ?? certificateFault(pem, nowUs));
}

export function keyFault(pem: Buffer): PemFault | null {
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

/** Of two files that are right each for itself. */
export function pairFault(certPath: string, cert: Buffer, key: Buffer): PemFault | null {
  if (new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) return null;
  return {
    problem: `is not the key of the certificate in ${certPath}`,
    remedy: "name the key that the certificate was made for",
  };
}

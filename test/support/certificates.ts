import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "./temp-dir.ts";

/** Paths of a certificate and its key. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

function openssl(...args: readonly string[]): void {
  execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** A certificate authority made by openssl, in a directory of the test, or another one. */
export class CertificateAuthority {
  readonly #directory: string;
  readonly cert: string;
  readonly #key: string;
  #issued = 0;

  private constructor(directory: string) {
    this.#directory = directory;
    this.cert = join(directory, "ca.pem");
    this.#key = join(directory, "ca.key");
  }

  static async create(directory?: string): Promise<CertificateAuthority> {
    const authority = new CertificateAuthority(directory ?? (await tempDir()));
    const { cert } = authority;
    openssl("req", "-x509", ...newKey, "-keyout", authority.#key, "-out", cert, "-subj", "/CN=test authority", "-days", "2");
    return authority;
  }

  get pem(): Buffer {
    return readFileSync(this.cert);
  }

  /** A certificate for 127.0.0.1 and its key; valid for two days from now. */
  issue(): CertificateFiles {
    const name = (suffix: string) => join(this.#directory, `${this.#issued}.${suffix}`);
    this.#issued += 1;
    const [key, cert, request] = [name("key"), name("pem"), name("csr")];
    openssl("req", ...newKey, "-keyout", key, "-out", request, "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1");
    const signing = ["-CA", this.cert, "-CAkey", this.#key, "-CAcreateserial", "-copy_extensions", "copy", "-days", "2"];
    openssl("x509", "-req", "-in", request, "-out", cert, ...signing);
    return { cert, key };
  }
}

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "./temp-dir.ts";

/** Paths of a certificate and its key. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** Whom a certificate is for. Default: the gateway gw-1, and the host 127.0.0.1. */
export interface CertificateNames {
  readonly commonName?: string;
  /** As in a configuration of openssl. */
  readonly subjectAltName?: string;
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

  /** A certificate and its key; valid for two days from now. */
  issue(names: CertificateNames = {}): CertificateFiles {
    return this.#sign(this.#request(names));
  }

  /** A certificate for 127.0.0.1 that was valid in January 2020. */
  issueExpired(): CertificateFiles {
    const { key, cert, request } = this.#request();
    const [config, index] = [`${request}.cnf`, `${request}.index`];
    writeFileSync(index, "");
    writeFileSync(
      config,
      `[ca]\ndefault_ca = a\n[a]\ndatabase = ${index}\nnew_certs_dir = ${this.#directory}\nrand_serial = yes\ndefault_md = sha256\npolicy = p\ncopy_extensions = copy\n[p]\ncommonName = supplied\n`,
    );
    const dates = ["-startdate", "20200101000000Z", "-enddate", "20200131000000Z"];
    const signing = ["-cert", this.cert, "-keyfile", this.#key, "-in", request, "-out", cert];
    openssl("ca", "-batch", "-notext", "-config", config, ...signing, ...dates);
    return { cert, key };
  }

  /** A certificate with a key so short that OpenSSL does not use it. */
  issueWeak(): CertificateFiles {
    return this.#sign(this.#request({}, ["-newkey", "rsa:512", "-nodes"]));
  }

  #sign({ key, cert, request }: CertificateFiles & { readonly request: string }): CertificateFiles {
    const signing = ["-CA", this.cert, "-CAkey", this.#key, "-CAcreateserial", "-copy_extensions", "copy", "-days", "2"];
    openssl("x509", "-req", "-in", request, "-out", cert, ...signing);
    return { cert, key };
  }

  #request(names: CertificateNames = {}, keyOptions = newKey): CertificateFiles & { readonly request: string } {
    const { commonName = "gw-1", subjectAltName = "IP:127.0.0.1" } = names;
    const path = (suffix: string) => join(this.#directory, `${this.#issued}.${suffix}`);
    this.#issued += 1;
    const [key, cert, request] = [path("key"), path("pem"), path("csr")];
    const name = ["-subj", `/CN=${commonName}`, "-addext", `subjectAltName=${subjectAltName}`];
    openssl("req", ...keyOptions, "-keyout", key, "-out", request, ...name);
    return { cert, key, request };
  }
}

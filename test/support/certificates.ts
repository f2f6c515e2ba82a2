import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "./temp-dir.ts";

/** Paths of PEM files. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** An authority of its own, made by openssl. */
export class Authority {
  readonly ca: string;
  readonly #directory: string;
  readonly #key: string;

  private constructor(directory: string) {
    this.#directory = directory;
    this.ca = join(directory, "ca.pem");
    this.#key = join(directory, "ca.key");
    this.#openssl(
      "req",
      "-x509",
      "-nodes",
      ...newKey,
      "-days",
      "2",
      "-subj",
      "/CN=test",
      "-keyout",
      this.#key,
      "-out",
      this.ca,
    );
  }

  /** @param directory for its files. Default: one that goes when the test ends. */
  static async create(directory?: string): Promise<Authority> {
    return new Authority(directory ?? (await tempDir()));
  }

  /** A certificate for 127.0.0.1 and localhost, for a server or a client of this name. */
  issue(name: string): Pair {
    const [cert, key, request, names] = ["pem", "key", "csr", "ext"].map((end) => join(this.#directory, `${name}.${end}`)) as [
      string,
      string,
      string,
      string,
    ];
    writeFileSync(names, "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
    this.#openssl("req", "-new", "-nodes", ...newKey, "-subj", `/CN=${name}`, "-keyout", key, "-out", request);
    const signed = ["-CA", this.ca, "-CAkey", this.#key, "-CAcreateserial", "-days", "2", "-extfile", names];
    this.#openssl("x509", "-req", "-in", request, ...signed, "-out", cert);
    return { cert, key };
  }

  #openssl(...args: string[]): void {
    execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
  }
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"] as const;

export function contentsOf({ cert, key }: Pair): { cert: Buffer; key: Buffer } {
  return { cert: readFileSync(cert), key: readFileSync(key) };
}

// The PEM files of a link to a collector. They are read at every new link, and every `lookMs` while one is open: what changed and is
// right is used by the next link, and the one that is open is told. What is wrong is said once in the logger, with the remedy, and
// what was read before stays in use. Without anything that was right before, a link cannot begin: COLLECTOR_REFUSED.

import type { Clock } from "../platform/clock.ts";
import { TidegateError } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";
import {
  authorityFault,
  certificateFault,
  keyFault,
  type PemCheck,
  type PemFault,
  pairFault,
  readPem,
} from "../platform/pem-check.ts";
import type { TlsOptions } from "../platform/tls-client.ts";

const lookMs = 10_000;

const checks = { ca: authorityFault, cert: certificateFault, key: keyFault } as const satisfies Record<string, PemCheck>;

type Field = keyof typeof checks;

export interface CertificateFault extends PemFault {
  readonly field: Field;
}

/** Contents of the files that are named. */
export type LinkMaterial = Readonly<Partial<Record<Field, Buffer>>>;

export interface CollectorCertificatesOptions {
  readonly files: TlsOptions;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class CollectorCertificates {
  readonly files: TlsOptions;
  readonly #options: CollectorCertificatesOptions;
  #material: LinkMaterial | null = null;
  #fault: string | null = null;

  constructor(options: CollectorCertificatesOptions) {
    this.files = options.files;
    this.#options = options;
  }

  /** What was wrong with the files at the last look, if what was read before is used instead. */
  get fault(): string | null {
    return this.#fault;
  }

  /** What a new link is to use; the same object until the files change. Errors: COLLECTOR_REFUSED. */
  current(): LinkMaterial {
    const { material, faults } = readCertificates(this.files, this.#options.clock.nowUs());
    if (faults.length > 0) return this.#before(this.#textOf(faults));
    this.#fault = null;
    if (this.#material === null || !isSame(material, this.#material)) this.#material = material;
    return this.#material;
  }

  /** Calls back once, as soon as a new link is to use something else than `used`. The returned function ends the watch. */
  watch(used: LinkMaterial, onChange: () => void): () => void {
    let cancel = () => {};
    const look = () => {
      if (this.current() === used) cancel = this.#options.clock.after(lookMs, look);
      else onChange();
    };
    cancel = this.#options.clock.after(lookMs, look);
    return () => cancel();
  }

  #before(fault: string): LinkMaterial {
    if (this.#material === null) throw new TidegateError("COLLECTOR_REFUSED", `encrypt the link to the collector: ${fault}`);
    if (fault !== this.#fault) {
      this.#fault = fault;
      this.#options.logger.warn({}, `${fault}; what was read before stays in use`);
    }
    return this.#material;
  }

  #textOf(faults: readonly CertificateFault[]): string {
    const textOf = ({ field, problem, remedy }: CertificateFault) =>
      `forward.collector.tls.${field} ${this.files[field]} ${problem}; ${remedy}`;
    return faults.map(textOf).join("; ");
  }
}

/** What the files hold, and what is wrong with them at that time. */
export function readCertificates(files: TlsOptions, nowUs: number): { material: LinkMaterial; faults: CertificateFault[] } {
  const material: Partial<Record<Field, Buffer>> = {};
  const faults: CertificateFault[] = [];
  for (const field of ["ca", "cert", "key"] as const) {
    const path = files[field];
    if (path === undefined) continue;
    const pem = readPem(path);
    const fault = Buffer.isBuffer(pem) ? checks[field](pem, nowUs) : pem;
    if (fault !== null) faults.push({ field, ...fault });
    if (Buffer.isBuffer(pem)) material[field] = pem;
  }
  const { cert, key } = material;
  if (faults.length === 0 && cert !== undefined && key !== undefined) {
    const fault = pairFault(files.cert ?? "", cert, key);
    if (fault !== null) faults.push({ field: "key", ...fault });
  }
  return { material, faults };
}

function isSame(left: LinkMaterial, right: LinkMaterial): boolean {
  return (["ca", "cert", "key"] as const).every((field) => {
    const [a, b] = [left[field], right[field]];
    return a === undefined || b === undefined ? a === b : a.equals(b);
  });
}

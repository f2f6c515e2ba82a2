// The certificates of a TLS listener. While it runs, every `reloadMs` the files are read and checked; what changed and is right takes
// effect for new connections, and open ones go on. What is wrong is said once in the logger, with the remedy, and the old ones stay.
//
// grpc-js has a provider that watches files; it is not used, because it takes what it finds, and refuses everybody while a file is
// away.

import { experimental, type ServerCredentials } from "@grpc/grpc-js";
import type { Clock } from "../platform/clock.ts";
import { TidegateError } from "../platform/errors.ts";
import type { Logger } from "../platform/logger.ts";
import { readTlsFiles, type TlsFault, type TlsFiles, type TlsMaterial } from "./tls-files.ts";

const reloadMs = 10_000;

type CaListener = experimental.CaCertificateUpdateListener;
type IdentityListener = experimental.IdentityCertificateUpdateListener;

export interface ServerCertificatesOptions {
  readonly files: TlsFiles;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class ServerCertificates {
  readonly credentials: ServerCredentials;
  readonly #options: ServerCertificatesOptions;
  readonly #caListeners = new Set<CaListener>();
  readonly #identityListeners = new Set<IdentityListener>();
  #material: TlsMaterial;
  #saidFault = "";
  #cancelReload = () => {};

  /** Errors: CONFIG_INVALID. */
  constructor(options: ServerCertificatesOptions) {
    const { material, faults } = readTlsFiles(options.files, options.clock.nowUs());
    if (material === null) throw new TidegateError("CONFIG_INVALID", textOf(options.files, faults));
    this.#options = options;
    this.#material = material;
    const requiresClient = material.clientCa !== null;
    const provider = this.#provider();
    this.credentials = experimental.createCertificateProviderServerCredentials(
      provider,
      requiresClient ? provider : null,
      requiresClient,
    );
  }

  /** From now on until `close`. */
  watch(): void {
    this.#cancelReload = this.#options.clock.after(reloadMs, () => this.#reload());
  }

  close(): void {
    this.#cancelReload();
  }

  #provider(): experimental.CertificateProvider {
    return {
      addCaCertificateListener: (listener) => this.#add(this.#caListeners, listener),
      removeCaCertificateListener: (listener) => this.#caListeners.delete(listener),
      addIdentityCertificateListener: (listener) => this.#add(this.#identityListeners, listener),
      removeIdentityCertificateListener: (listener) => this.#identityListeners.delete(listener),
    };
  }

  #add<T>(listeners: Set<T>, listener: T): void {
    listeners.add(listener);
    // Not at once: the listener's server is not there yet.
    process.nextTick(() => this.#tell());
  }

  #tell(): void {
    const { cert, key, clientCa } = this.#material;
    if (clientCa !== null) for (const listener of this.#caListeners) listener({ caCertificate: clientCa });
    for (const listener of this.#identityListeners) listener({ certificate: cert, privateKey: key });
  }

  #reload(): void {
    const { files, clock, logger } = this.#options;
    this.watch();
    const { material, faults } = readTlsFiles(files, clock.nowUs());
    if (material === null) {
      this.#say(textOf(files, faults));
      return;
    }
    this.#saidFault = "";
    if (isSame(material, this.#material)) return;
    this.#material = material;
    this.#tell();
    logger.info({ cert: files.cert }, "new TLS certificates are used for new connections");
  }

  #say(fault: string): void {
    if (fault === this.#saidFault) return;
    this.#saidFault = fault;
    this.#options.logger.error({}, `${fault}; the certificates that were read before stay in use`);
  }
}

function isSame(left: TlsMaterial, right: TlsMaterial): boolean {
  const same = (a: Buffer | null, b: Buffer | null) => (a === null || b === null ? a === b : a.equals(b));
  return same(left.cert, right.cert) && same(left.key, right.key) && same(left.clientCa, right.clientCa);
}

function textOf(files: TlsFiles, faults: readonly TlsFault[]): string {
  return faults.map(({ field, problem, remedy }) => `tls.${field} ${files[field]} ${problem}; ${remedy}`).join("; ");
}

import { identityFault, silentFault, type TlsUse, tlsFault } from "../platform/tls-fault.ts";
import type { CollectorCertificates, LinkMaterial } from "./collector-certificates.ts";
import type { Encryption } from "./owned-socket.ts";

/** The TLS of one link to a collector: what it uses, what it is told, and what that means. */
export class LinkEncryption implements Encryption {
  readonly material: LinkMaterial;
  readonly serverName: string;
  readonly #certificates: CollectorCertificates;
  #isEncrypted = false;
  #failure: Error | undefined;

  /** Errors: COLLECTOR_REFUSED. */
  constructor(certificates: CollectorCertificates, host: string) {
    this.material = certificates.current();
    this.serverName = certificates.files.serverName ?? host;
    this.#certificates = certificates;
  }

  encrypted(): void {
    this.#isEncrypted = true;
  }

  failed(error: Error): void {
    this.#failure ??= error;
  }

  /** Of a link without a connection: what certificates have to do with it, in words. Null: nothing. */
  get fault(): string | null {
    const named = tlsFault(this.#failure, this.#use);
    return named ?? (this.#isEncrypted ? (this.#certificates.fault ?? silentFault(this.#use)) : null);
  }

  /** Of a link that the collector ended because of who the gateway says it is. */
  identityFault(gatewayId: string, why: string): string {
    return identityFault(this.#use, gatewayId, why);
  }

  get #use(): TlsUse {
    return {
      files: this.#certificates.files,
      field: "forward.collector.tls",
      serverName: this.serverName,
      authorities: "an authority in the collector's tls.clientCa",
    };
  }

  get cause(): Error | undefined {
    return this.#failure;
  }

  /** Calls back once, as soon as a new link would use other files. The returned function ends the watch. */
  watch(onChange: () => void): () => void {
    return this.#certificates.watch(this.material, onChange);
  }
}

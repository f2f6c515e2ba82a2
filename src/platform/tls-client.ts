// The client's side of TLS: the files that the configuration names, and what goes wrong with them.

import { systemCodeOf } from "./errors.ts";
import { readSecretFile, type SecretFault } from "./secret.ts";

/** As the fields `tls` of the configuration: paths of PEM files. */
export interface TlsOptions {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly serverName?: string | undefined;
}

/** As node:tls and the clients that are built on it take them. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
}

/** To be called at each connect, so that renewed files are taken at the next one. Errors: `fault`. */
export async function readTlsFiles({ ca, cert, key, serverName }: TlsOptions, fault: SecretFault): Promise<TlsMaterial> {
  return {
    ...(ca === undefined ? {} : { ca: await readSecretFile(ca, fault) }),
    ...(cert === undefined ? {} : { cert: await readSecretFile(cert, fault) }),
    ...(key === undefined ? {} : { key: await readSecretFile(key, fault) }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}

/** Codes of node:tls and OpenSSL: certificates and keys, on either side, that do not fit each other. */
const tlsCodes = /^(ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|INVALID_CA)/;

/** Whether encryption is configured wrong, and not the network at fault. */
export function isTlsFault(cause: unknown): boolean {
  return tlsCodes.test(systemCodeOf(cause) ?? "");
}

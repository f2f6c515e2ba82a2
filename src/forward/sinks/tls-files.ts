import { systemCodeOf } from "../../platform/errors.ts";
import { readSecretFile } from "./secret.ts";

/** As the field `tls` in the configuration of a sink: paths of PEM files. */
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

/** To be called at each connect, so that renewed files are taken at the next one. Errors: SINK_REFUSED. */
export async function readTlsFiles({ ca, cert, key, serverName }: TlsOptions): Promise<TlsMaterial> {
  return {
    ...(ca === undefined ? {} : { ca: await readSecretFile(ca) }),
    ...(cert === undefined ? {} : { cert: await readSecretFile(cert) }),
    ...(key === undefined ? {} : { key: await readSecretFile(key) }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}

/** Codes of node:tls and OpenSSL: certificates and keys, on either side, that do not fit each other. */
const tlsCodes = /^(ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|INVALID_CA)/;

/** Whether encryption is configured wrong, and not the network at fault. */
export function isTlsFault(cause: unknown): boolean {
  return tlsCodes.test(systemCodeOf(cause) ?? "");
}

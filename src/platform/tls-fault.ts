// Why a link could not be encrypted, in words and with the remedy. Codes are those of node:tls and of OpenSSL, whose texts say neither
// whose certificate is meant nor what to do.

import { messageOf, systemCodeOf } from "./errors.ts";
import { isTlsFault, type TlsOptions } from "./tls-client.ts";

/** How a link is encrypted. */
export interface TlsUse {
  readonly files: TlsOptions;
  /** Where the config names them. */
  readonly field: string;
  /** Whom the certificate of the other side must be for. */
  readonly serverName: string;
  /** Whose certificates the other side accepts, in words. */
  readonly authorities: string;
}

/** Of a client of a server with these hosts, by the field `tls` of the configuration, or the one that is named. */
export function tlsUseOf(tls: TlsOptions | undefined, hosts: string, field = "tls"): TlsUse {
  return { files: tls ?? {}, field, serverName: tls?.serverName ?? hosts, authorities: "an authority that it trusts" };
}

const untrusted =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_SIGNATURE_FAILURE)/;

/** Of an error, or of one that it has for a cause. Null: it is not TLS that is at fault. */
export function tlsFault(error: unknown, use: TlsUse): string | null {
  const cause = isTlsFault(error) || !(error instanceof Error) ? error : error.cause;
  if (cause !== error) return tlsFault(cause, use);
  const { files, field, serverName } = use;
  const code = systemCodeOf(cause) ?? "";
  if (code === "CERT_HAS_EXPIRED")
    return "its certificate has expired, or one that vouches for it; have it renewed there, or check this host's clock";
  if (code === "CERT_NOT_YET_VALID")
    return "its certificate is not valid yet, or one that vouches for it; check this host's clock, or wait";
  if (untrusted.test(code)) {
    const trusted = files.ca === undefined ? "that Node.js trusts" : `in ${field}.ca ${files.ca}`;
    return `its certificate is of no authority ${trusted}; name the file of its authority in ${field}.ca`;
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return `its certificate is not for ${serverName} (${messageOf(cause)}); name in ${field}.serverName whom it is for, or correct the address`;
  if (code === "ERR_SSL_WRONG_VERSION_NUMBER" || code === "ERR_SSL_PACKET_LENGTH_TOO_LONG")
    return `it does not speak TLS; give it tls in its config, or remove ${field}`;
  if (/ALERT_CERTIFICATE_EXPIRED/.test(code)) return `${shown(use)} has expired, it says; have it renewed`;
  if (/ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_UNKNOWN)/.test(code)) return clientFault(use);
  return isTlsFault(cause) ? `${reasonOf(cause)}; check ${field}` : null;
}

/** Of a connection that was ended as soon as it was encrypted: the other side need not say why. */
export function silentFault(use: TlsUse): string {
  return `it ended the link as soon as it was encrypted; perhaps ${clientFault(use)}`;
}

/** Of a gateway that the collector does not let be who it says it is; `why` in the collector's words. */
export function identityFault(use: TlsUse, gatewayId: string, why: string): string {
  const claim = use.files.cert === undefined ? "without a certificate" : `with ${shown(use)}`;
  return `it does not let this gateway call itself ${gatewayId} ${claim}: ${why}`;
}

/** What the other side may have against this gateway. */
export function clientFault(use: TlsUse): string {
  const { files, field, authorities } = use;
  if (files.cert === undefined)
    return `it accepts only clients with a certificate; name one in ${field}.cert and its key in ${field}.key`;
  return `it does not accept ${shown(use)}; have it issued by ${authorities}, and check both clocks`;
}

function shown({ files: { cert }, field }: TlsUse): string {
  return `this gateway's certificate ${field}.cert ${cert}`;
}

/** Without the place in OpenSSL's sources. */
function reasonOf(cause: unknown): string {
  const { reason } = cause as { readonly reason?: unknown };
  return typeof reason === "string" ? reason : messageOf(cause);
}

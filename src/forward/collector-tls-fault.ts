// Why a link to a collector could not be encrypted, in words and with the remedy. Codes are those of node:tls and of OpenSSL, whose
// texts say neither whose certificate is meant nor what to do.

import { messageOf, systemCodeOf } from "../platform/errors.ts";
import { isTlsFault, type TlsOptions } from "./sinks/tls-files.ts";

const untrusted =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_SIGNATURE_FAILURE)/;

/** Null: it is not TLS that is at fault. `serverName`: whom the certificate must be for. */
export function collectorTlsFault(cause: unknown, files: TlsOptions, serverName: string): string | null {
  const code = systemCodeOf(cause) ?? "";
  if (code === "CERT_HAS_EXPIRED")
    return "its certificate has expired, or one that vouches for it; have it renewed there, or check this host's clock";
  if (code === "CERT_NOT_YET_VALID")
    return "its certificate is not valid yet, or one that vouches for it; check this host's clock, or wait";
  if (untrusted.test(code)) {
    const trusted = files.ca === undefined ? "that Node.js trusts" : `in forward.collector.tls.ca ${files.ca}`;
    return `its certificate is of no authority ${trusted}; name the file of its authority in forward.collector.tls.ca`;
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return `its certificate is not for ${serverName} (${messageOf(cause)}); name in forward.collector.tls.serverName whom it is for, or correct the address`;
  if (code === "ERR_SSL_WRONG_VERSION_NUMBER" || code === "ERR_SSL_PACKET_LENGTH_TOO_LONG")
    return "it does not speak TLS; give it tls in its config, or remove forward.collector.tls";
  if (/ALERT_CERTIFICATE_EXPIRED/.test(code)) return `${shown(files)} has expired, it says; have it renewed`;
  if (/ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_UNKNOWN)/.test(code)) return clientFault(files);
  return isTlsFault(cause) ? `${messageOf(cause)}; check forward.collector.tls` : null;
}

/** Of a connection that the collector ended as soon as it was encrypted: it need not say why. */
export function silentFault(files: TlsOptions): string {
  return `it ended the link as soon as it was encrypted; perhaps ${clientFault(files)}`;
}

/** Of a gateway that the collector does not let be who it says it is; `why` in the collector's words. */
export function identityFault(files: TlsOptions, gatewayId: string, why: string): string {
  const claim = files.cert === undefined ? "without a certificate" : `with ${shown(files)}`;
  return `it does not let this gateway call itself ${gatewayId} ${claim}: ${why}`;
}

function clientFault(files: TlsOptions): string {
  if (files.cert === undefined)
    return "it accepts only gateways with a certificate; name one in forward.collector.tls.cert and its key in tls.key";
  return `it does not accept ${shown(files)}; have it issued by an authority in the collector's tls.clientCa, and check both clocks`;
}

function shown({ cert }: TlsOptions): string {
  return `this gateway's certificate forward.collector.tls.cert ${cert}`;
}

// What the sink and the store for Kafka have in common: how brokers are reached, where a key belongs, how large a request is, and what errors say. The package
// @platformatic/kafka is optional; whoever needs it loads it (client-library.ts).

import { isIP } from "node:net";
import type { ConnectionOptions } from "@platformatic/kafka";
import { type Environment, readSecret, type SecretFault } from "./secret.ts";
import { readTlsFiles, type TlsOptions } from "./tls-client.ts";

export type KafkaLibrary = typeof import("@platformatic/kafka");

/** As the fields of the configuration. */
export interface KafkaServers {
  /** To begin with; they name the others. */
  readonly brokers: readonly { readonly host: string; readonly port: number }[];
  readonly mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly passwordEnv?: string | undefined;
  readonly tls?: TlsOptions | undefined;
}

/** For people. */
export function kafkaTarget({ brokers }: Pick<KafkaServers, "brokers">): string {
  return brokers.map(({ host, port }) => `${host}:${port}`).join(",");
}

/** To be called at each connect, so that renewed files are taken at the next one. Errors: `fault`. */
export async function kafkaCredentials(
  { brokers, mechanism, username, password, passwordFile, passwordEnv, tls }: KafkaServers,
  environment: Environment,
  fault: SecretFault,
): Promise<Pick<ConnectionOptions, "sasl" | "tls" | "tlsServerName">> {
  const secret = await readSecret({ text: password, file: passwordFile, variable: passwordEnv }, environment, fault);
  const files = tls === undefined ? undefined : await readTlsFiles(tls, fault);
  // An IP address is no server name (RFC 6066), and is checked without it.
  const hasNames = brokers.some(({ host }) => isIP(host) === 0);
  const sasl = {
    mechanism,
    ...(username === undefined ? {} : { username }),
    ...(secret === undefined ? {} : { password: secret }),
  };
  return {
    ...(username === undefined ? {} : { sasl }),
    ...(files === undefined ? {} : { tls: files, tlsServerName: files.servername ?? hasNames }),
  };
}

/** As Kafka's own producers do: murmur2, made positive. */
export function kafkaPartition({ murmur2 }: KafkaLibrary, key: Buffer, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}

/** An error of the library, and all that are in it. */
export function kafkaErrorsIn(error: unknown): unknown[] {
  const inner = error instanceof AggregateError ? error.errors : [];
  const cause = error instanceof Error && error.cause !== undefined ? [error.cause] : [];
  return [error, ...[...inner, ...cause].flatMap(kafkaErrorsIn)];
}

/** Of the Kafka protocol; 0 if it has none. */
export function kafkaCode(error: unknown): number {
  const { apiCode } = error as { readonly apiCode?: number };
  return apiCode ?? 0;
}

/** Topic, cluster and transactional id authorization failed; SASL authentication failed, unsupported mechanism, illegal state. */
const accessCodes: ReadonlySet<number> = new Set([17, 29, 31, 33, 34, 53, 58]);

/** Whether the brokers let nobody in with these credentials, or do not allow what was asked for. */
export function isKafkaAccessFault({ AuthenticationError }: KafkaLibrary, error: unknown): boolean {
  return kafkaErrorsIn(error).some((each) => each instanceof AuthenticationError || accessCodes.has(kafkaCode(each)));
}

/** About records: corrupt, message or list too large, invalid timestamp, policy violation, invalid record. */
export const kafkaRecordCodes: ReadonlySet<number> = new Set([2, 10, 18, 32, 44, 87]);

/** Below Kafka's default of message.max.bytes. */
const requestBytesMax = 512 * 1024;

/** Requests of at most 512 KiB of keys and payloads, or of one message. */
export function kafkaRequestsOf<M extends { readonly key: Buffer; readonly value: Buffer }>(messages: readonly M[]): M[][] {
  const requests: M[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const message of messages) {
    const more = message.key.length + message.value.length;
    if (bytes + more > requestBytesMax) {
      requests.push([]);
      bytes = 0;
    }
    requests.at(-1)?.push(message);
    bytes += more;
  }
  return requests;
}

// Connections to NATS servers, for a sink and for the collector's store: with the credentials and the encryption that the
// configuration names, and what goes wrong in the words of their errors. Who connects decides when to connect again.

import { type ConnectionOptions, checkServerIdentity } from "node:tls";
import type { NatsConnection, NodeConnectionOptions } from "@nats-io/transport-node";
import { loadLibrary } from "./client-library.ts";
import { withOwnSockets } from "./dialled-sockets.ts";
import { messageOf } from "./errors.ts";
import { type Environment, readSecret, readSecretFile, type SecretFault } from "./secret.ts";
import { readTlsFiles, type TlsOptions } from "./tls-client.ts";

/** To reach a server, and for an answer about a stream. */
export const natsTimeoutMs = 10_000;
const pingIntervalMs = 20_000;

/** As the fields of the configuration. */
export interface NatsServerOptions {
  readonly servers: readonly { readonly host: string; readonly port: number }[];
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly passwordEnv?: string | undefined;
  readonly token?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly tokenEnv?: string | undefined;
  readonly credentialsFile?: string | undefined;
  readonly tls?: TlsOptions | undefined;
}

export interface NatsLibrary {
  readonly transport: typeof import("@nats-io/transport-node");
  readonly jetstream: typeof import("@nats-io/jetstream");
}

/** Errors: LIBRARY_MISSING. */
export async function loadNats(): Promise<NatsLibrary> {
  const transport = await loadLibrary("@nats-io/transport-node", () => import("@nats-io/transport-node"));
  const jetstream = await loadLibrary("@nats-io/jetstream", () => import("@nats-io/jetstream"));
  return { transport, jetstream };
}

/** For people; holds no secret. */
export function natsServerNames({ servers }: Pick<NatsServerOptions, "servers">): string {
  return servers.map(({ host, port }) => `${host}:${port}`).join(",");
}

export interface NatsConnectOptions {
  /** As the server shows it among its connections. */
  readonly name: string;
  readonly environment: Environment;
  /** What a secret is that is not where it should be. */
  readonly fault: SecretFault;
  /** Aborted when nobody wants the connection any more. */
  readonly signal?: AbortSignal;
}

/** Does not connect again when it breaks. Errors: `fault`, or the library's (see {@link natsFaultOf}). */
export async function connectNats(
  { transport }: NatsLibrary,
  server: NatsServerOptions,
  options: NatsConnectOptions,
): Promise<NatsConnection> {
  const { username, password, passwordFile, passwordEnv, token, tokenFile, tokenEnv, credentialsFile, tls } = server;
  const { name, environment, fault, signal } = options;
  const pass = await readSecret({ text: password, file: passwordFile, variable: passwordEnv }, environment, fault);
  const secretToken = await readSecret({ text: token, file: tokenFile, variable: tokenEnv }, environment, fault);
  const credentials = credentialsFile === undefined ? undefined : await readSecretFile(credentialsFile, fault);
  const connectionOptions: NodeConnectionOptions = {
    servers: server.servers.map(({ host, port }) => `${host}:${port}`),
    name,
    reconnect: false,
    timeout: natsTimeoutMs,
    pingInterval: pingIntervalMs,
    noAsyncTraces: true,
    // Without `tls` the connection stays as it is, also if the server offers encryption.
    tls: tls === undefined ? null : { ...(await readTlsFiles(tls, fault)), ...nameCheck(server.servers, tls) },
    ...(username === undefined ? {} : { user: username }),
    ...(pass === undefined ? {} : { pass }),
    ...(secretToken === undefined ? {} : { token: secretToken }),
    ...(credentials === undefined ? {} : { authenticator: transport.credsAuthenticator(Buffer.from(credentials)) }),
  };
  // The library gives up a server that says nothing, and leaves its socket open.
  return withOwnSockets(() => transport.connect(connectionOptions), signal);
}

/** Of a server with an IP address the library gives "localhost" to be checked, and not which one it is: then any of them will do. */
function nameCheck(
  servers: NatsServerOptions["servers"],
  { serverName }: TlsOptions,
): Pick<ConnectionOptions, "checkServerIdentity"> {
  if (serverName !== undefined) return {};
  const hosts = servers.map(({ host }) => host);
  return {
    checkServerIdentity: (name, certificate) => {
      const faults = (hosts.includes(name) ? [name] : hosts).map((host) => checkServerIdentity(host, certificate));
      return faults.includes(undefined) ? undefined : faults[0];
    },
  };
}

/** What an error of the library means. */
export interface NatsFault {
  /** True: a server answered, and refuses. False: none did. */
  readonly isRefusal: boolean;
  /** Of a refusal, ends with the remedy. */
  readonly what: string;
}

export function natsFaultOf({ transport, jetstream }: NatsLibrary, error: unknown): NatsFault {
  const cause = error instanceof transport.RequestError && error.cause !== undefined ? error.cause : error;
  const refusal = (remedy: string): NatsFault => ({ isRefusal: true, what: `${messageOf(cause)}${remedy}` });
  if (cause instanceof transport.PermissionViolationError) {
    return refusal("; allow this user to use the stream and to publish");
  }
  if (cause instanceof transport.AuthorizationError || cause instanceof transport.UserAuthenticationExpiredError) {
    return refusal("; check username and password, token or credentialsFile");
  }
  // The library does not export the class of this one.
  const isNotEnabled = cause instanceof Error && cause.name === "JetStreamNotEnabled";
  if (isNotEnabled || cause instanceof transport.NoRespondersError) {
    return { isRefusal: true, what: "no stream has the subject, or the server has no JetStream; configure it there" };
  }
  if (cause instanceof jetstream.JetStreamApiError) return refusal(` (${cause.code}); check stream, subject and create`);
  const what = messageOf(cause);
  if (/does not support 'tls'/.test(what)) {
    return { isRefusal: true, what: "it does not speak TLS; give it tls in its config, or remove tls" };
  }
  // What the library says where it should encrypt and is not to.
  if (/options\.tls/.test(what)) return { isRefusal: true, what: "it accepts only encrypted connections; configure tls" };
  return { isRefusal: false, what };
}

/** Whether an answer says that there is no such stream. */
export function isNoStream({ jetstream }: NatsLibrary, error: unknown): boolean {
  return error instanceof jetstream.JetStreamApiError && error.code === jetstream.JetStreamApiCodes.StreamNotFound;
}

// Faults of aedes 2.0.0-beta.1 that one packet or one client can set off, each contained in a function of its own, so that a
// later release can be taken by deleting here. test/integration/broker/containment.test.ts has a test named by each fault.
// This file and session-bounds.ts are the only ones that touch what aedes keeps private.

import { Buffer } from "node:buffer";
import type { Aedes, Client } from "aedes";
import type { IConnectPacket, Packet } from "mqtt-packet";

/** What aedes keeps on its objects and does not declare. */
interface AedesInternals {
  clients: object;
  brokers: object;
}

interface ClientInternals {
  subscriptions: object;
  duplicates: object;
  _parser: { prependListener(event: "packet", listener: (packet: Packet) => void): void };
  _keepaliveTimer: NodeJS.Timeout | null;
}

/**
 * Client ids such as `constructor` or `__proto__` are looked up in plain objects and find what every object inherits: the
 * process dies of a TypeError (aedes.js:301). Objects without a prototype have nothing to find. Before listen().
 */
export function containSpecialClientIds(broker: Aedes): void {
  const internals = broker as unknown as AedesInternals;
  internals.clients = Object.create(null);
  internals.brokers = Object.create(null);
}

/** The same of topics that a client subscribes to or unsubscribes from (aedes.js:290). In preConnect. */
export function containSpecialTopics(client: Client): void {
  const internals = client as unknown as ClientInternals;
  internals.subscriptions = Object.create(null);
  internals.duplicates = Object.create(null);
}

export interface PacketFault {
  /** MQTT 5 reason code of the DISCONNECT. */
  readonly reasonCode: number;
  readonly problem: string;
}

/**
 * mqtt-packet decodes text without checking that it is UTF-8, and accepts U+0000; both are malformed (MQTT 5 §1.5.4). Invalid bytes
 * become U+FFFD, so a text that holds it is refused. A SUBSCRIBE with `__proto__` among several topics kills the process
 * (subscribe.js:79), so that topic is refused as well.
 *
 * The listener runs before the one of aedes; changing `cmd` to one that aedes does not know makes it close the connection.
 */
export function refuseMalformedText(client: Client, onFault: (fault: PacketFault) => void): void {
  (client as unknown as ClientInternals)._parser.prependListener("packet", (packet) => {
    const fault = faultOf(packet);
    if (fault === undefined) return;
    onFault(fault);
    if (client.version === 5) writeDisconnect(client, fault.reasonCode);
    (packet as { cmd: string }).cmd = "refused";
  });
}

const malformedPacket = 0x81;
const topicFilterInvalid = 0x8f;

function faultOf(packet: Packet): PacketFault | undefined {
  if (packet.cmd === "publish")
    return textFault("topic", packet.topic) ?? textFault("response topic", packet.properties?.responseTopic ?? "");
  if (packet.cmd === "connect") return connectFault(packet);
  if (packet.cmd === "subscribe") return filtersFault(packet.subscriptions.map((subscription) => subscription.topic));
  if (packet.cmd === "unsubscribe") return filtersFault(packet.unsubscriptions);
  return undefined;
}

function connectFault({ clientId, username, will }: IConnectPacket): PacketFault | undefined {
  const willTopic = will?.topic ?? "";
  if (/[+#]/.test(willTopic)) return { reasonCode: malformedPacket, problem: "the topic of the will has wildcards" };
  return (
    textFault("client id", clientId ?? "") ??
    textFault("user name", username ?? "") ??
    textFault("topic of the will", willTopic)
  );
}

function filtersFault(filters: readonly string[]): PacketFault | undefined {
  if (filters.includes("__proto__"))
    return { reasonCode: topicFilterInvalid, problem: 'topic filter "__proto__" is not accepted' };
  return filters.map((filter) => textFault("topic filter", filter)).find((fault) => fault !== undefined);
}

function textFault(what: string, text: string): PacketFault | undefined {
  if (!hasMalformedText(text)) return undefined;
  return {
    reasonCode: malformedPacket,
    problem: `${what} ${JSON.stringify(text.slice(0, 100))} is not valid UTF-8 or contains U+0000`,
  };
}

function hasMalformedText(text: string): boolean {
  return text.includes("\ufffd") || text.includes("\0");
}

/** Closes every connection; MQTT 5 clients are told the reason code first. */
export function disconnectAll(broker: Aedes, reasonCode: number): void {
  const clients = (broker as unknown as { clients: Record<string, Client> }).clients;
  for (const client of Object.values(clients)) if (client.version === 5) writeDisconnect(client, reasonCode);
}

/**
 * Written at once and in full: aedes destroys the socket before anything queued would leave. With the length of its properties,
 * which may be left out where there are none (§3.14.2.2.1); mqtt-packet, and so MQTT.js, fails without it.
 */
function writeDisconnect(client: Client, reasonCode: number): void {
  if (!client.conn.destroyed) client.conn.write(Buffer.from([0xe0, 0x02, reasonCode, 0x00]));
}

/** Whether an MQTT 5 client takes a Reason String: it may have asked for none, or take only small packets (§3.1.2.11). */
export function wantsReasons(client: Client): boolean {
  const { _requestProblemInformation: wanted } = client as unknown as { _requestProblemInformation?: boolean };
  return wanted !== false && (client.maximumPacketSize ?? reasonPacketBytes) >= reasonPacketBytes;
}

/** An acknowledgement with a reason string of 200 characters is smaller. */
const reasonPacketBytes = 1024;

/** While acknowledgements are held, aedes may stop reading and so miss the PINGREQ of a client that does everything right. */
export function refreshKeepAlive(client: Client): void {
  (client as unknown as ClientInternals)._keepaliveTimer?.refresh();
}

/** A message that was answered already: aedes neither acknowledges nor routes it (publish.js:63). */
export function markAnswered(packet: object): void {
  (packet as { _notAuthorized?: boolean })._notAuthorized = true;
}

// Faults of aedes 2.0.0-beta.1 that one packet or one client can set off, each contained in a function of its own, so that a
// later release can be taken by deleting here. test/integration/broker/containment.test.ts has a test named by each fault.
// This file and session-bounds.ts are the only ones that touch what aedes keeps private.

import { Buffer } from "node:buffer";
import type { Aedes, Client } from "aedes";
import type { Packet } from "mqtt-packet";

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
    // Written at once and in full: aedes destroys the socket before anything queued would leave.
    if (client.version === 5) client.conn.write(Buffer.from([0xe0, 0x01, fault.reasonCode]));
    (packet as { cmd: string }).cmd = "refused";
  });
}

const malformedPacket = 0x81;
const topicFilterInvalid = 0x8f;

function faultOf(packet: Packet): PacketFault | undefined {
  if (packet.cmd === "publish") return textFault("topic", packet.topic);
  if (packet.cmd === "subscribe") return filtersFault(packet.subscriptions.map((subscription) => subscription.topic));
  if (packet.cmd === "unsubscribe") return filtersFault(packet.unsubscriptions);
  return undefined;
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

export function hasMalformedText(text: string): boolean {
  return text.includes("\ufffd") || text.includes("\0");
}

/** While acknowledgements are held, aedes may stop reading and so miss the PINGREQ of a client that does everything right. */
export function refreshKeepAlive(client: Client): void {
  (client as unknown as ClientInternals)._keepaliveTimer?.refresh();
}

/** A message that was answered already: aedes neither acknowledges nor routes it (publish.js:63). */
export function markAnswered(packet: object): void {
  (packet as { _notAuthorized?: boolean })._notAuthorized = true;
}

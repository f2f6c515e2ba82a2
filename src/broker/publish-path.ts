// What happens to a PUBLISH. aedes asks `authorizePublish` before it acknowledges or routes anything (publish.js:98), so this hook
// holds its callback until the intake has settled, that is until the reading is on disk.
//
//   settled as  │ QoS 0    │ QoS 1                                     │ QoS 2                     │ routed to subscribers
//   pass        │          │ acknowledged by aedes                     │ PUBREC                    │ yes
//   stored      │          │ acknowledged by aedes, after the commit   │ PUBREC, after the commit  │ yes, if the client is still there
//   rejected    │ dropped  │ PUBACK, MQTT 5: reason 0x99               │ PUBREC, likewise          │ no
//   busy        │ dropped  │ MQTT 5: reason 0x97; MQTT 3.1.1: closed   │ likewise                  │ no
//   forbidden   │ dropped  │ MQTT 5: reason 0x87; MQTT 3.1.1: closed   │ likewise                  │ no
//
// Answers leave in the order of the publishes (publish-order.ts). PUBREC is written here and not by aedes, which writes it after
// two promises and so behind a later one that is answered at once; and a QoS 2 message with an open id is not asked about again.
//
// A will has no acknowledgement and no order: it is taken as any publish, and routed if it passes or was stored.
//
// Bounds: `inflightMax` open publishes of QoS 1 and 2 for an MQTT 5 client, which is told (Receive Maximum); 65,535 open publishes
// for any. A client beyond it is disconnected with 0x93, once, and nothing of it is answered any more.
//
// Hot path: `authorize` runs once a publish.

import type { Buffer } from "node:buffer";
import type { Aedes, Client, PublishPacket } from "aedes";
import { writeToStream } from "mqtt-packet";
import { markAnswered, refreshKeepAlive, wantsReasons } from "./containment.ts";
import type { Intake, Verdict } from "./contract.ts";
import { PublishOrder } from "./publish-order.ts";
import type { Qos2Ids } from "./qos2-ids.ts";

export interface PublishPathOptions {
  readonly intake: Intake;
  readonly inflightMax: number;
  readonly qos2Ids: Qos2Ids;
  readonly counters: { publishes: number; publishesForbidden: number };
  /** A client did what the protocol forbids. */
  readonly onViolation: (client: Client, problem: string) => void;
}

type Outcome = Verdict | { readonly kind: "forbidden"; readonly reason: string };
type Refusal = Extract<Outcome, { reason: string }>;
type Done = (error?: Error | null) => void;

const openPublishesMax = 65_535;
const receiveMaximumExceeded = 0x93;
const reasonCodes = { forbidden: 0x87, busy: 0x97, rejected: 0x99 } as const;
const reasonLengthMax = 200;

export class PublishPath {
  readonly #options: PublishPathOptions;
  readonly #orders = new Map<Client, PublishOrder>();
  #route: (packet: PublishPacket, client: Client) => void = () => {};

  constructor(options: PublishPathOptions) {
    this.#options = options;
  }

  /** Joins the path to its broker; before the first client. */
  attach(aedes: Aedes): void {
    this.#route = (packet, client) => (aedes as unknown as RoutesMessages).publish(packet, client, () => undefined);
    aedes.on("clientDisconnect", (client) => this.#orders.delete(client));
  }

  authorize(client: Client | null, packet: PublishPacket, done: Done): void {
    this.#options.counters.publishes++;
    if (client === null || isWill(packet)) {
      this.#take(client, packet, (outcome) => done(isAccepted(outcome) ? null : new Error(outcome.reason)));
      return;
    }
    const order = this.#orderOf(client);
    if (order.ended) return;
    const settle = order.take(packet.qos > 0);
    if (this.#exceeds(client, order)) return;
    if (packet.qos === 2 && this.#options.qos2Ids.has(client.id, packet.messageId)) {
      settle(() => answerAgain(client, packet, done));
      return;
    }
    this.#take(client, packet, (outcome) => settle(() => this.#answer(client, packet, outcome, done)));
  }

  /** To be called while acknowledgements are held: aedes stops reading then, and would miss the PINGREQ of a good client. */
  refreshHeldClients(): void {
    for (const [client, order] of this.#orders) if (order.open > 0) refreshKeepAlive(client);
  }

  #take(client: Client | null, packet: PublishPacket, settle: (outcome: Outcome) => void): void {
    const { topic, retain } = packet;
    if (topic.startsWith("tidegate/") || topic.startsWith("$")) {
      this.#options.counters.publishesForbidden++;
      settle({ kind: "forbidden", reason: "topics under tidegate/ and $ belong to the gateway" });
      return;
    }
    // aedes gives every payload as a Buffer that nothing else writes to.
    const payload = packet.payload as Buffer;
    const clearsRetained = retain && payload.length === 0;
    this.#options.intake.take(
      { clientId: client?.id ?? null, topic, payload, redelivered: packet.dup, clearsRetained },
      settle,
    );
  }

  #orderOf(client: Client): PublishOrder {
    let order = this.#orders.get(client);
    if (order === undefined) {
      order = new PublishOrder();
      // A packet may still be handled after the client has gone; it must not come back into the map for good.
      if (!client.closed) this.#orders.set(client, order);
    }
    return order;
  }

  /** True if the client has more open publishes than it may; it is disconnected then. */
  #exceeds(client: Client, order: PublishOrder): boolean {
    const { inflightMax, onViolation } = this.#options;
    const exceeded = (client.version === 5 && order.openAcknowledged > inflightMax) || order.open > openPublishesMax;
    if (!exceeded) return false;
    order.end();
    onViolation(client, `more than ${inflightMax} unacknowledged publishes`);
    client.disconnect({ reasonCode: receiveMaximumExceeded });
    return true;
  }

  #answer(client: Client, packet: PublishPacket, outcome: Outcome, done: Done): void {
    if (isAccepted(outcome)) {
      if (packet.qos === 2) this.#answerQos2(client, packet, done);
      else done();
    } else if (packet.qos > 0 && client.version !== 5 && outcome.kind !== "rejected") {
      // MQTT 3.1.1 has no negative acknowledgement; a closed connection makes the client send again.
      done(new Error(outcome.reason));
    } else {
      if (packet.qos > 0) writeAnswer(client, packet, outcome);
      markAnswered(packet);
      done();
    }
  }

  #answerQos2(client: Client, packet: PublishPacket, done: Done): void {
    this.#options.qos2Ids.open(client.id, packet.messageId);
    writeAnswer(client, packet);
    this.#route(packet, client);
    markAnswered(packet);
    done();
  }
}

/** aedes' own publish, which takes the publishing client; its types leave that out. */
interface RoutesMessages {
  publish(packet: PublishPacket, client: Client, done: (error?: Error) => void): void;
}

/** aedes passes a will as it stood in the CONNECT, which is no packet. */
function isWill(packet: { readonly cmd?: string }): boolean {
  return packet.cmd !== "publish";
}

function isAccepted(outcome: Outcome): outcome is Extract<Outcome, { kind: "pass" | "stored" }> {
  return outcome.kind === "pass" || outcome.kind === "stored";
}

/** A QoS 2 message whose PUBREC the client did not see: it was taken and routed before. */
function answerAgain(client: Client, packet: PublishPacket, done: Done): void {
  writeAnswer(client, packet);
  markAnswered(packet);
  done();
}

/** PUBACK or PUBREC. To an MQTT 3.1.1 client a refusal is a plain one: what cannot be stored must not be sent for ever. */
function writeAnswer(client: Client, packet: PublishPacket, refusal?: Refusal): void {
  if (client.closed || packet.messageId === undefined) return;
  const reasonCode = refusal === undefined ? 0 : reasonCodes[refusal.kind];
  const cmd = packet.qos === 1 ? ("puback" as const) : ("pubrec" as const);
  const properties =
    refusal !== undefined && wantsReasons(client) ? { properties: { reasonString: printable(refusal.reason) } } : {};
  writeToStream({ cmd, messageId: packet.messageId, reasonCode, ...properties }, client.conn, {
    protocolVersion: client.version,
  });
}

/** Cut, and without control characters: a reason may quote what a device sent (MQTT 5 §1.5.4). */
function printable(text: string): string {
  return text.slice(0, reasonLengthMax).replace(/[^\x20-\x7e\u00a1-\ud7ff]/g, "?");
}

// Bounds on what aedes keeps in memory for clients, which by itself has none.
//
//   retained messages     retainedMax in all; beyond it a message is routed but not retained, and counted
//   messages for a        queuedMax a session; beyond it a message is not queued for that session, and counted. Kept over a
//   session               disconnection, lost with the process, as everything that aedes keeps
//   open QoS 2 ids        65,535 a client, by the protocol, without the payloads; of the 10,000 clients that used QoS 2 last
//
// The QoS 2 ids are kept here and not in aedes' persistence, which has two faults: it keeps the payloads, and it never forgets
// ids when a session ends, so that a new message with a used id is acknowledged and not routed (publish.js:81).
// Deleting this file and `boundSessions` in broker.ts is all that a later release of aedes needs to be taken with its own.

import type { Aedes, Client } from "aedes";

interface Message {
  readonly topic: string;
  readonly payload: { readonly length: number };
  readonly messageId?: number;
}

interface Persistence {
  storeRetained(message: Message): Promise<void>;
  outgoingEnqueueCombi(subscriptions: readonly { clientId: string }[], message: Message): Promise<void>;
  outgoingUpdate(client: Client, message: Message): Promise<void>;
  outgoingClearMessageId(client: Client, message: Message): Promise<Message | undefined>;
  incomingStorePacket(client: Client, message: Message): Promise<void>;
  incomingGetPacket(client: Client, message: Message): Promise<Message>;
  incomingDelPacket(client: Client, message: Message): Promise<void>;
}

export interface SessionLimits {
  readonly retainedMax: number;
  readonly queuedMax: number;
}

/** Messages that found no room. */
export interface SessionCounters {
  retainedRefused: number;
  queuedRefused: number;
}

const qos2ClientsMax = 10_000;

/** Puts the bounds between aedes and its persistence. After listen(), before the first client. */
export function boundSessions(broker: Aedes, limits: SessionLimits, counters: SessionCounters): void {
  const { persistence } = broker as unknown as { persistence: Persistence };
  boundRetained(persistence, limits.retainedMax, counters);
  boundQueues(persistence, limits.queuedMax, counters);
  replaceQos2Ids(broker, persistence);
}

function boundRetained(persistence: Persistence, retainedMax: number, counters: SessionCounters): void {
  const store = persistence.storeRetained.bind(persistence);
  const topics = new Set<string>();
  persistence.storeRetained = async (message) => {
    if (message.payload.length === 0) {
      topics.delete(message.topic);
    } else if (topics.has(message.topic) || topics.size < retainedMax) {
      topics.add(message.topic);
    } else {
      counters.retainedRefused++;
      return;
    }
    await store(message);
  };
}

function boundQueues(persistence: Persistence, queuedMax: number, counters: SessionCounters): void {
  const enqueue = persistence.outgoingEnqueueCombi.bind(persistence);
  const update = persistence.outgoingUpdate.bind(persistence);
  const clear = persistence.outgoingClearMessageId.bind(persistence);
  const queued = new Map<string, number>();
  persistence.outgoingEnqueueCombi = async (subscriptions, message) => {
    const withRoom = subscriptions.filter(({ clientId }) => (queued.get(clientId) ?? 0) < queuedMax);
    counters.queuedRefused += subscriptions.length - withRoom.length;
    for (const { clientId } of withRoom) queued.set(clientId, (queued.get(clientId) ?? 0) + 1);
    await enqueue(withRoom, message);
  };
  // A message that was not queued is delivered to a connected client all the same; aedes would close it for not finding it.
  persistence.outgoingUpdate = (client, message) => update(client, message).catch(() => undefined);
  persistence.outgoingClearMessageId = async (client, message) => {
    const cleared = await clear(client, message);
    if (cleared !== undefined) countDown(queued, client.id);
    return cleared;
  };
}

function countDown(counts: Map<string, number>, key: string): void {
  const count = counts.get(key) ?? 0;
  if (count <= 1) counts.delete(key);
  else counts.set(key, count - 1);
}

function replaceQos2Ids(broker: Aedes, persistence: Persistence): void {
  const openIds = new Map<string, Set<number>>();
  persistence.incomingStorePacket = async ({ id }, { messageId = 0 }) => {
    const ids = openIds.get(id) ?? new Set();
    // Set anew, so that the map is in the order of last use.
    openIds.delete(id);
    openIds.set(id, ids.add(messageId));
    const [oldest = ""] = openIds.keys();
    if (openIds.size > qos2ClientsMax) openIds.delete(oldest);
  };
  persistence.incomingGetPacket = async ({ id }, message) => {
    if (openIds.get(id)?.has(message.messageId ?? 0)) return message;
    throw new Error("no such packet");
  };
  // aedes does not expect a failure here: a PUBREL that comes twice in one segment would end the process (pubrel.js:55).
  persistence.incomingDelPacket = async ({ id }, { messageId = 0 }) => {
    const ids = openIds.get(id);
    ids?.delete(messageId);
    if (ids?.size === 0) openIds.delete(id);
  };
  // `clean`: the session ends with the connection. `_cleanStart`: the one before is discarded.
  broker.on("clientDisconnect", (client) => {
    if (client.clean) openIds.delete(client.id);
  });
  broker.on("client", (client) => {
    if ((client as unknown as { _cleanStart: boolean })._cleanStart) openIds.delete(client.id);
  });
}

// Bounds on what aedes keeps in memory for clients, which by itself has none.
//
//   retained messages     retainedMax in all; beyond it a message is routed but not retained, and counted
//   messages for a        queuedMax a session; beyond it a message is not queued for that session, and counted. Kept over a
//   session               disconnection, lost with the process, as everything that aedes keeps
//   open QoS 2 ids        qos2-ids.ts
//
// The gateway's own messages (tidegate/...) do not count as retained ones: clients must not crowd out alerts.

import type { Aedes, Client } from "aedes";
import type { Qos2Ids } from "./qos2-ids.ts";

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

export interface SessionBounds {
  readonly limits: SessionLimits;
  readonly counters: SessionCounters;
  readonly qos2Ids: Qos2Ids;
}

/** Puts the bounds between aedes and its persistence. After listen(), before the first client. */
export function boundSessions(broker: Aedes, { limits, counters, qos2Ids }: SessionBounds): void {
  const { persistence } = broker as unknown as { persistence: Persistence };
  boundRetained(persistence, limits.retainedMax, counters);
  boundQueues(persistence, limits.queuedMax, counters);
  replaceQos2Ids(broker, persistence, qos2Ids);
}

function boundRetained(persistence: Persistence, retainedMax: number, counters: SessionCounters): void {
  const store = persistence.storeRetained.bind(persistence);
  const topics = new Set<string>();
  persistence.storeRetained = async (message) => {
    if (message.topic.startsWith("tidegate/")) {
      await store(message);
      return;
    }
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

function replaceQos2Ids(broker: Aedes, persistence: Persistence, qos2Ids: Qos2Ids): void {
  persistence.incomingGetPacket = async ({ id }, message) => {
    if (qos2Ids.has(id, message.messageId)) return message;
    throw new Error("no such packet");
  };
  // aedes does not expect a failure here: a PUBREL that comes twice in one segment would end the process (pubrel.js:55).
  persistence.incomingDelPacket = async ({ id }, { messageId }) => qos2Ids.close(id, messageId);
  // `clean`: the session ends with the connection. `_cleanStart`: the one before is discarded.
  broker.on("clientDisconnect", (client) => {
    if (client.clean) qos2Ids.forget(client.id);
  });
  broker.on("client", (client) => {
    if ((client as unknown as { _cleanStart: boolean })._cleanStart) qos2Ids.forget(client.id);
  });
}

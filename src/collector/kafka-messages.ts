// The messages of a commit, by partition: those of its records, and the one that says how far the gateway's log has come.

import { recordMessage } from "../codec/record-message.ts";
import type { PayloadFormat } from "../codec/record-payload.ts";
import { type KafkaLibrary, kafkaPartition } from "../platform/kafka-connection.ts";
import type { StagedPart } from "./commit-stage.ts";
import type { ClusterState } from "./kafka-cluster.ts";
import type { KafkaMessage, PartitionMessages } from "./kafka-session.ts";
import type { KafkaTopics } from "./kafka-topics.ts";
import { partRecords } from "./staged-part.ts";

export interface MessageOptions {
  readonly library: KafkaLibrary;
  readonly topics: KafkaTopics;
  readonly payload: PayloadFormat;
  readonly state: ClusterState;
}

/** Those of a series go to one partition, in order. */
export function recordMessages(parts: readonly StagedPart[], options: MessageOptions): PartitionMessages[] {
  const groups = new Map<string, PartitionMessages & { readonly messages: KafkaMessage[] }>();
  for (const { topic, message } of messagesOf(parts, options)) {
    const leaders = options.state.topics.get(topic)?.leaders ?? [];
    const partition = kafkaPartition(options.library, message.key, leaders.length);
    const leader = leaders[partition];
    if (leader === undefined) throw new Error(`topic ${topic} has no partition`);
    const key = `${topic}/${partition}`;
    const group = groups.get(key) ?? { topic, partition, leader, messages: [] };
    group.messages.push(message);
    groups.set(key, group);
  }
  return [...groups.values()];
}

export function progressMessage(key: string, value: Buffer, { topics, state }: MessageOptions): PartitionMessages {
  const [leader] = state.topics.get(topics.progress)?.leaders ?? [];
  if (leader === undefined) throw new Error(`topic ${topics.progress} has no partition`);
  return { topic: topics.progress, partition: 0, leader, messages: [{ key: Buffer.from(key), value }] };
}

function* messagesOf(parts: readonly StagedPart[], { topics, payload }: MessageOptions) {
  for (const staged of parts) {
    const { lane } = staged.block;
    for (const placed of partRecords(lane, staged)) {
      yield { topic: topics.lanes[lane], message: recordMessage(payload, staged.origin, lane, placed) };
    }
  }
}

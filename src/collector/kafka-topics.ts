// The topics of the store: one a lane, and one for progress. They are made where they are not, if that is allowed.
//
// The progress topic has one partition, so that whoever has read it up to its end has seen every gateway; and it is compacted: of each
// gateway the newest message stays. Its segments are small and soon compacted, because every collector that starts reads it all.

import { type Lane, lanes } from "../model/lane.ts";
import { TidegateError } from "../platform/errors.ts";
import { isBusyCode, isUnknownTopic, unknownTopicCode } from "./kafka-answers.ts";
import { type ClusterState, type KafkaCluster, questionSlot, type TopicState } from "./kafka-cluster.ts";

const createMsMax = 15_000;
const pollMs = 100;

const progressConfigs = {
  "cleanup.policy": "compact",
  "segment.bytes": String(16 * 1024 * 1024),
  "min.cleanable.dirty.ratio": "0.1",
  "delete.retention.ms": String(60 * 60 * 1000),
};

export interface KafkaTopics {
  readonly lanes: Readonly<Record<Lane, string>>;
  readonly progress: string;
}

export function topicsOf(prefix: string): KafkaTopics {
  return {
    lanes: { readings: `${prefix}.readings`, results: `${prefix}.results`, alerts: `${prefix}.alerts` },
    progress: `${prefix}.progress`,
  };
}

export function topicNames({ lanes: of, progress }: KafkaTopics): string[] {
  return [...lanes.map((lane) => of[lane]), progress];
}

export interface TopicCreation {
  readonly allowed: boolean;
  /** Of each lane's topic. */
  readonly partitions: number;
  /** Absent: as the brokers do by default. */
  readonly replicas?: number | undefined;
}

/** Rejects with STORE_UNUSABLE, or with what the cluster says. */
export async function prepareTopics(cluster: KafkaCluster, topics: KafkaTopics, creation: TopicCreation): Promise<void> {
  const state = await cluster.state();
  const missing = topicNames(topics).filter((name) => isUnknownTopic(topicIn(state, name).errorCode));
  if (missing.length > 0 && creation.allowed) await createTopics(cluster, state, { missing, topics, creation });
  await checkTopics(cluster, topics);
}

/** Rejects with STORE_UNUSABLE where a topic is absent or not what it must be, or with what the cluster says. */
export async function checkTopics(cluster: KafkaCluster, topics: KafkaTopics): Promise<void> {
  const names = topicNames(topics);
  const state = await stateWhen(cluster, (code) => code === 0 || !isBusyCode(code), names);
  const missing = names.filter((name) => isUnknownTopic(topicIn(state, name).errorCode));
  if (missing.length > 0) {
    const remedy = `create ${names.length === missing.length ? "them" : "what is missing"}, ${topics.progress} with one partition and cleanup.policy=compact, or set store.createTopics`;
    throw unusable(cluster, `there is no topic ${missing.join(", ")}; ${remedy}`);
  }
  for (const name of names) {
    const { errorCode } = topicIn(state, name);
    if (errorCode !== 0) throw new cluster.library.ProtocolError(errorCode);
  }
  const { length } = topicIn(state, topics.progress).leaders;
  if (length !== 1) throw unusable(cluster, `topic ${topics.progress} has ${length} partitions; make it anew with one`);
  await checkPolicy(cluster, state, topics.progress);
}

/** Waits for leaders, which topics that were just made, and brokers that just started, do not have. */
async function stateWhen(
  cluster: KafkaCluster,
  isGood: (code: number) => boolean,
  names: readonly string[],
): Promise<ClusterState> {
  const endUs = cluster.clock.nowUs() + createMsMax * 1000;
  for (;;) {
    const state = await cluster.state();
    if (names.every((name) => isGood(topicIn(state, name).errorCode)) || cluster.clock.nowUs() > endUs) return state;
    cluster.forgetState();
    await cluster.pause(pollMs);
  }
}

function topicIn(state: ClusterState, name: string): TopicState {
  return state.topics.get(name) ?? { errorCode: unknownTopicCode, leaders: [] };
}

interface MissingTopics {
  readonly missing: readonly string[];
  readonly topics: KafkaTopics;
  readonly creation: TopicCreation;
}

async function createTopics(cluster: KafkaCluster, state: ClusterState, wanted: MissingTopics): Promise<void> {
  const { missing, topics, creation } = wanted;
  const requested = missing.map((name) => ({
    name,
    numPartitions: name === topics.progress ? 1 : creation.partitions,
    replicationFactor: creation.replicas ?? -1,
    assignments: [],
    configs: name === topics.progress ? Object.entries(progressConfigs).map(([key, value]) => ({ name: key, value })) : [],
  }));
  const { createTopics: request } = cluster.requests;
  const ask = { broker: state.controller, slot: questionSlot };
  const answer = await cluster.askAll(ask, request, requested, createMsMax, false);
  // Another collector may have been faster.
  const refused = answer.topics.filter(({ errorCode }) => errorCode !== 0 && errorCode !== alreadyExistsCode);
  for (const { name, errorCode, errorMessage } of refused) {
    const why = errorMessage ?? new cluster.library.ProtocolError(errorCode).message;
    throw unusable(cluster, `topic ${name} cannot be made: ${why.replace(/\.$/, "")}; make it, or let the user do so`);
  }
  // Brokers learn of new topics one after the other.
  cluster.forgetState();
  await stateWhen(cluster, (code) => code === 0, missing);
}

/** Progress that is deleted by age would let records in twice. Where the user may not see the setting, nothing is checked. */
async function checkPolicy(cluster: KafkaCluster, state: ClusterState, topic: string): Promise<void> {
  const resource = { resourceType: topicResource, resourceName: topic, configurationKeys: ["cleanup.policy"] };
  const [broker] = state.topics.get(topic)?.leaders ?? [];
  if (broker === undefined) return;
  const { describeConfigs } = cluster.requests;
  const answer = await cluster.ask({ broker, slot: questionSlot }, describeConfigs, [resource], false, false).catch(() => null);
  const policy = answer?.results[0]?.configs[0]?.value;
  if (policy === undefined || policy === null || policy === "compact") return;
  const command = `kafka-configs --alter --entity-type topics --entity-name ${topic} --add-config cleanup.policy=compact`;
  throw unusable(cluster, `topic ${topic} has cleanup.policy=${policy}, and must be compact: ${command}`);
}

/** TOPIC_ALREADY_EXISTS */
const alreadyExistsCode = 36;
/** In DescribeConfigs. */
const topicResource = 2;

function unusable(cluster: KafkaCluster, what: string): TidegateError {
  return new TidegateError("STORE_UNUSABLE", `open Kafka ${cluster.name}: ${what}`, { details: { cluster: cluster.name } });
}

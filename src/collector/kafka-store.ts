// The store in Kafka, 3.0 or later: what gateways sent as messages that anyone can consume, and, in the same transactions, what has arrived.
// Many collectors may share the topics: whatever two of them do for one gateway, a record is there once for those who read what is committed.
//
// Write path
//   Each log of a gateway has a transactional id, `<prefix>/<gatewayId>/<logId>`, and commits of its own (origin-stores.ts). A commit compares
//   with what the session knows, and sends in one transaction the missing records to the topics of their lanes, and the whole progress of the
//   gateway to the compacted topic of progress. A session (kafka-session.ts) fences the one before it, wherever that is; then it reads the
//   progress up to the end that the topic has by then (kafka-progress-table.ts). So nothing is written on old knowledge: a session that
//   knows less than what is committed is fenced, and the brokers refuse its transaction.
//
// Failure
//   fenced, leader or coordinator moved   nothing of the commit is kept; a new session does it again, attemptsMax times in all, within againMsMax
//   cluster gone, too few replicas        STORE_WRITE_FAILED; the next commit opens a session
//   answer to the end of the transaction lost    STORE_WRITE_FAILED, although it may be stored; the next session reads what is true
//   a record that is too large, or that the topic refuses    STORE_REFUSED for its write alone
//   collector gone in the middle          its transaction is aborted by the next session of the gateway, at the latest after transactionMsMax
//
// Constraints
//   commitRecordsMax  10,000   records a commit, about a quarter of a second
//   commitsMax        8        commits that are made into messages and sent at once, of all gateways; the others wait their turn
//   openMax           2,000    sessions; beyond it the ones that are idle go first. A session has no connection of its own
//   originsMax is of all collectors together, give or take the gateways that two of them introduce at the same moment
//
// Durable means here what the topics' min.insync.replicas says (acks all): a broker does not sync before it answers. It deletes nothing.

import type { PayloadFormat } from "../codec/record-payload.ts";
import { type Origin, originKey } from "../model/origin.ts";
import type { Clock } from "../platform/clock.ts";
import type { KafkaServers } from "../platform/kafka-connection.ts";
import type { Logger } from "../platform/logger.ts";
import { retryDelaysMs } from "../platform/retry-schedule.ts";
import type { Environment } from "../platform/secret.ts";
import { CommitStage, noProgress } from "./commit-stage.ts";
import { isSuperseded, openFailure, writeFailure } from "./kafka-answers.ts";
import { type KafkaCluster, openKafkaCluster } from "./kafka-cluster.ts";
import { progressMessage, recordMessages } from "./kafka-messages.ts";
import { decodeProgress, encodeProgress, type KafkaProgress } from "./kafka-progress.ts";
import { KafkaProgressTable } from "./kafka-progress-table.ts";
import { type KafkaSession, openKafkaSession } from "./kafka-session.ts";
import { checkTopics, type KafkaTopics, prepareTopics, topicNames, topicsOf } from "./kafka-topics.ts";
import { OriginStores, type OriginTarget } from "./origin-stores.ts";
import type { OriginProgress, ReceivedBlock, Store } from "./store.ts";
import { Turns } from "./turns.ts";
import { WriteHealth } from "./write-health.ts";

const commitRecordsMax = 10_000;
const openMax = 2000;
const attemptsMax = 8;
const againMsMax = 10_000;
const commitsMax = 8;
const againPolicy = { delayMsMin: 20, delayMsMax: 500 };

export interface KafkaPlace extends KafkaServers {
  /** Of the names of the topics, and of the transactional ids. */
  readonly topicPrefix: string;
  readonly createTopics: boolean;
  /** Of the topic of each lane, where it is made. */
  readonly partitions: number;
  /** Where topics are made; absent: as the brokers do by default. */
  readonly replicas?: number | undefined;
  readonly payload: PayloadFormat;
  readonly compression: "gzip" | "none";
}

export interface KafkaStoreOptions extends KafkaPlace {
  readonly originsMax: number;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Yields numbers in [0, 1). Default: Math.random. */
  readonly random?: () => number;
}

/** Errors: LIBRARY_MISSING, STORE_UNREACHABLE, STORE_UNUSABLE. */
export async function openKafkaStore(options: KafkaStoreOptions): Promise<Store> {
  const topics = topicsOf(options.topicPrefix);
  const { createTopics: allowed, partitions, replicas, compression } = options;
  const cluster = await openKafkaCluster({ ...options, servers: options, topics: topicNames(topics) });
  const table = progressTable(cluster, topics);
  await opened(cluster, async () => {
    await prepareTopics(cluster, topics, { allowed, partitions, replicas });
    // Whether this user may have transactions, and whether the cluster does.
    await openKafkaSession({ cluster, transactionalId: `${options.topicPrefix}/collector`, compression });
    await cluster.untilFree(() => table.catchUp());
    allProgress(table);
  });
  const health = new WriteHealth(cluster.name, options.logger);
  const shared: Shared = { ...options, cluster, topics, table, health, turns: new Turns(commitsMax) };
  return new OriginStores({
    openMax,
    costOf: ({ count }: ReceivedBlock) => count,
    commitCostMax: commitRecordsMax,
    targetOf: (origin) => new KafkaTarget(origin, shared),
    progress: () => progressOf(cluster, table),
    close: async () => cluster.close(),
  });
}

/** What the topics say, in the order of first contact. Changes nothing. Errors: as {@link openKafkaStore}. */
export async function readKafkaProgress(
  place: KafkaPlace,
  context: { readonly environment: Environment; readonly clock: Clock },
): Promise<OriginProgress[]> {
  const topics = topicsOf(place.topicPrefix);
  const cluster = await openKafkaCluster({ ...context, servers: place, topics: topicNames(topics) });
  const table = progressTable(cluster, topics);
  await opened(cluster, () => checkTopics(cluster, topics));
  const progress = await opened(cluster, () => progressOf(cluster, table));
  cluster.close();
  return progress;
}

async function opened<T>(cluster: KafkaCluster, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    cluster.close();
    throw openFailure(cluster, error);
  }
}

function progressTable(cluster: KafkaCluster, { progress: topic }: KafkaTopics): KafkaProgressTable {
  return new KafkaProgressTable({
    cluster,
    topic,
    async leader() {
      const [leader] = (await cluster.state()).topics.get(topic)?.leaders ?? [];
      if (leader === undefined) throw new Error(`topic ${topic} has no leader`);
      return leader;
    },
  });
}

async function progressOf(cluster: KafkaCluster, table: KafkaProgressTable): Promise<OriginProgress[]> {
  try {
    await cluster.untilFree(() => table.settle());
    return allProgress(table);
  } catch (error) {
    cluster.forgetState();
    throw openFailure(cluster, error);
  }
}

/** In the order of first contact. Errors: STORE_UNUSABLE. */
function allProgress({ entries }: KafkaProgressTable): OriginProgress[] {
  return [...entries]
    .map(([key, value]) => ({ key, ...decodeProgress(key, value) }))
    .sort((one, other) => one.firstContactUs - other.firstContactUs || (one.key < other.key ? -1 : 1))
    .map(({ key, lanes }) => ({ origin: originOf(key), lanes }));
}

function originOf(key: string): Origin {
  const [gatewayId = "", logId = ""] = key.split("/");
  return { gatewayId, logId };
}

interface Shared extends KafkaStoreOptions {
  readonly cluster: KafkaCluster;
  readonly topics: KafkaTopics;
  readonly table: KafkaProgressTable;
  readonly health: WriteHealth;
  readonly turns: Turns;
}

interface OpenSession {
  readonly session: KafkaSession;
  /** Null: the store does not know this log of a gateway. */
  progress: KafkaProgress | null;
}

class KafkaTarget implements OriginTarget {
  readonly #origin: Origin;
  readonly #key: string;
  readonly #shared: Shared;
  #open: OpenSession | null = null;

  constructor(origin: Origin, shared: Shared) {
    this.#origin = origin;
    this.#key = originKey(origin);
    this.#shared = shared;
  }

  async commit(fill: (stage: CommitStage) => void, anew: boolean): Promise<void> {
    const { cluster, health } = this.#shared;
    if (anew) this.#open = null;
    try {
      await this.#commitAgain(fill);
      health.note(this.#key, null);
    } catch (cause) {
      cluster.forgetState();
      const failure = writeFailure(cluster.name, cause);
      if (failure.code === "STORE_WRITE_FAILED") health.note(this.#key, failure);
      throw failure;
    }
  }

  async close(): Promise<void> {
    this.#shared.health.forget(this.#key);
  }

  async #commitAgain(fill: (stage: CommitStage) => void): Promise<void> {
    const { cluster, clock, random = Math.random } = this.#shared;
    const endUs = clock.nowUs() + againMsMax * 1000;
    const delays = retryDelaysMs(againPolicy, random);
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#commitOnce(fill);
      } catch (error) {
        this.#open = null;
        if (!isSuperseded(error) || attempt === attemptsMax || clock.nowUs() > endUs) throw error;
      }
      cluster.forgetState();
      await cluster.pause(delays.next().value);
    }
  }

  async #commitOnce(fill: (stage: CommitStage) => void): Promise<void> {
    const { table, originsMax, clock } = this.#shared;
    this.#open ??= await this.#openSession();
    const open = this.#open;
    const progress = new Map(open.progress === null ? [] : [[this.#key, this.#known(open.progress)]]);
    const stage = new CommitStage({ progress, count: table.size, countMax: originsMax });
    fill(stage);
    if (stage.isEmpty) return;
    stage.publishTo(progress);
    const firstContactUs = open.progress?.firstContactUs ?? clock.nowUs();
    const after = { firstContactUs, lanes: progress.get(this.#key)?.lanes ?? noProgress };
    if (open.progress === null) table.reserve(this.#key);
    try {
      await this.#send(open.session, stage, after);
    } catch (error) {
      table.release(this.#key);
      throw error;
    }
    open.progress = after;
  }

  #known({ lanes }: KafkaProgress): OriginProgress {
    return { origin: this.#origin, lanes };
  }

  async #openSession(): Promise<OpenSession> {
    const { cluster, table, topicPrefix, compression } = this.#shared;
    const transactionalId = `${topicPrefix}/${this.#key}`;
    const session = await openKafkaSession({ cluster, transactionalId, compression });
    await table.catchUp();
    const value = table.get(this.#key);
    return { session, progress: value === undefined ? null : decodeProgress(this.#key, value) };
  }

  async #send(session: KafkaSession, { parts }: CommitStage, after: KafkaProgress): Promise<void> {
    const { cluster, topics, payload, turns } = this.#shared;
    await turns.take(async () => {
      const options = { library: cluster.library, topics, payload, state: await cluster.state() };
      const records = recordMessages(parts, options);
      await session.commit([...records, progressMessage(this.#key, encodeProgress(after), options)]);
    });
  }
}

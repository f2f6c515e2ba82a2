// What the answers of a Kafka cluster mean for a commit, and for opening the store.

import { messageOf, TidegateError } from "../platform/errors.ts";
import {
  isKafkaAccessFault,
  type KafkaLibrary,
  kafkaCode,
  kafkaErrorsIn,
  kafkaRecordCodes,
} from "../platform/kafka-connection.ts";
import { type TlsUse, tlsFault } from "../platform/tls-fault.ts";

// Error codes of the Kafka protocol.
export const unknownTopicCode = 3;
const coordinatorNotAvailableCode = 15;
/** Leader, coordinator or replica that is moving or coming: it may be asked again soon, perhaps somewhere else. */
const movingCodes: ReadonlySet<number> = new Set([5, 6, 9, 14, 15, 16, 74, 75, 78]);
/** Coordinator load in progress, concurrent transactions. */
const waitingCodes: ReadonlySet<number> = new Set([14, 51]);
/** Another session has taken the transactional id, or the broker has ended its transaction, or forgotten it. */
const supersededCodes: ReadonlySet<number> = new Set([45, 47, 48, 49, 59, 90, 120]);

function has(error: unknown, codes: ReadonlySet<number>): boolean {
  return kafkaErrorsIn(error).some((each) => codes.has(kafkaCode(each)));
}

/** The same request may do in a moment, perhaps at another broker. */
export function isBusy(error: unknown): boolean {
  return has(error, movingCodes) || has(error, waitingCodes);
}

/** The same request may do in a moment, at the same coordinator: the transaction before is being finished. */
export function isWaiting(error: unknown): boolean {
  return has(error, waitingCodes);
}

/** Nothing of the transaction is kept, and a new session can do it again. */
export function isSuperseded(error: unknown): boolean {
  return has(error, supersededCodes) || has(error, movingCodes);
}

/** The cluster will not take these records, whenever they are sent. */
export function isRefusal(error: unknown): boolean {
  return has(error, kafkaRecordCodes);
}

/** What the broker said, or, if it said nothing, what went wrong. */
export function answerOf(error: unknown): string {
  const all = kafkaErrorsIn(error);
  const said = all.findLast((each) => kafkaCode(each) !== 0) ?? all.at(-1);
  return messageOf(said).replace(/\.$/, "");
}

/** STORE_REFUSED or STORE_WRITE_FAILED. */
export function writeFailure(cluster: string, error: unknown): TidegateError {
  if (error instanceof TidegateError && error.code === "STORE_WRITE_FAILED") return error;
  const options = { details: { cluster }, cause: error };
  const what = `write to Kafka ${cluster}: ${answerOf(error)}`;
  if (isRefusal(error)) {
    const remedy = "raise max.message.bytes of the topic if the record is what it should be";
    return new TidegateError("STORE_REFUSED", `${what}; ${remedy}`, options);
  }
  const remedy = "nothing was acknowledged; check the brokers, the way to them and what the user may do";
  return new TidegateError("STORE_WRITE_FAILED", `${what}; ${remedy}`, options);
}

interface FailingCluster {
  /** For people. */
  readonly name: string;
  readonly library: KafkaLibrary;
  readonly tlsUse: TlsUse;
}

/** STORE_UNUSABLE or STORE_UNREACHABLE, unless it is a TidegateError already. */
export function openFailure({ name: cluster, library, tlsUse }: FailingCluster, error: unknown): TidegateError {
  if (error instanceof TidegateError) return error;
  const options = { details: { cluster }, cause: error };
  const encryptionFault = kafkaErrorsIn(error)
    .map((each) => tlsFault(each, tlsUse))
    .find((fault) => fault !== null);
  if (encryptionFault !== undefined)
    return new TidegateError("STORE_UNUSABLE", `open Kafka ${cluster}: ${encryptionFault}`, options);
  const what = `open Kafka ${cluster}: ${answerOf(error)}`;
  if (isKafkaAccessFault(library, error)) {
    const remedy =
      "check store.tls, store.mechanism, store.username and the password, and allow this user to describe, read and write the topics and to use the transactional ids (docs/kafka.md)";
    return new TidegateError("STORE_UNUSABLE", `${what}; ${remedy}`, options);
  }
  if (kafkaErrorsIn(error).some((each) => kafkaCode(each) === coordinatorNotAvailableCode)) {
    const remedy =
      "the cluster has no coordinator of transactions: transaction.state.log.replication.factor must not be more than its brokers";
    return new TidegateError("STORE_UNREACHABLE", `${what}; ${remedy}`, options);
  }
  return new TidegateError("STORE_UNREACHABLE", `${what}; check store.brokers and the way to them`, options);
}

export function isBusyCode(code: number): boolean {
  return movingCodes.has(code);
}

export function isUnknownTopic(code: number): boolean {
  return code === unknownTopicCode;
}

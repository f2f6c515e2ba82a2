// The requests of the Kafka protocol that the store needs, each in one version that brokers from 3.0 on understand. The library has no
// transactions; it has what they are made of. Where it knows a later version of the same form, that form is sent as the older one.
// AddPartitionsToTxn is written out, because from version 4 on it is for brokers alone.

import type { KafkaLibrary } from "../platform/kafka-connection.ts";

export interface TopicPartitions {
  readonly name: string;
  readonly partitions: readonly number[];
}

export type KafkaRequests = ReturnType<typeof kafkaRequests>;

export function kafkaRequests(library: KafkaLibrary) {
  const { createAPI, endTxnV4, listOffsetsV8 } = library;
  return {
    metadata: library.metadataV9.api,
    describeConfigs: library.describeConfigsV4.api,
    createTopics: library.createTopicsV7.api,
    findCoordinator: library.findCoordinatorV4.api,
    initProducerId: library.initProducerIdV4.api,
    addPartitions: addPartitionsV3(library),
    produce: library.produceV9.api,
    endTransaction: createAPI<Parameters<typeof endTxnV4.createRequest>, ReturnType<typeof endTxnV4.parseResponse>>(
      26,
      3,
      endTxnV4.createRequest,
      endTxnV4.parseResponse,
    ),
    listOffsets: createAPI<Parameters<typeof listOffsetsV8.createRequest>, ReturnType<typeof listOffsetsV8.parseResponse>>(
      2,
      6,
      listOffsetsV8.createRequest,
      listOffsetsV8.parseResponse,
    ),
    fetch: library.fetchV12.api,
  };
}

/** https://kafka.apache.org/protocol#The_Messages_AddPartitionsToTxn */
function addPartitionsV3({ createAPI, ResponseError, Writer }: KafkaLibrary) {
  const key = 24;
  const version = 3;
  return createAPI<[transactionalId: string, producerId: bigint, epoch: number, topics: readonly TopicPartitions[]], null>(
    key,
    version,
    (transactionalId: string, producerId: bigint, epoch: number, topics: readonly TopicPartitions[]) =>
      Writer.create()
        .appendString(transactionalId)
        .appendInt64(producerId)
        .appendInt16(epoch)
        .appendArray([...topics], (writer, { name, partitions }) => {
          writer.appendString(name).appendArray([...partitions], (list, index) => list.appendInt32(index), true, false);
        })
        .appendTaggedFields(),
    (_correlationId, apiKey, apiVersion, reader) => {
      const errors: [path: string, code: number][] = [];
      reader.readInt32(); // throttle_time_ms
      reader.readArray((topic) => {
        const name = topic.readString();
        topic.readArray((result) => {
          const partition = result.readInt32();
          const code = result.readInt16();
          if (code !== 0) errors.push([`${name}/${partition}`, code]);
        });
      });
      if (errors.length > 0) throw new ResponseError(apiKey, apiVersion, Object.fromEntries(errors), null);
      return null;
    },
  );
}

// Kind → how a sink of it is made. Nothing registers itself: what is not in this table is no sink.
//
// Options have the names of the fields in the configuration, which docs/config.md explains: durations are milliseconds, sizes bytes.

import type { RecordSink } from "../record-sink.ts";
import { type AmqpSinkOptions, createAmqpSink } from "./amqp-sink.ts";
import { createFileSink, type FileSinkOptions } from "./file-sink.ts";
import { createHttpSink, type HttpSinkOptions } from "./http-sink.ts";
import { createKafkaSink, type KafkaSinkOptions } from "./kafka-sink.ts";
import { createMqttSink, type MqttSinkOptions } from "./mqtt-sink.ts";
import { createNatsSink, type NatsSinkOptions } from "./nats-sink.ts";
import { createPostgresSink, type PostgresSinkOptions } from "./postgres-sink.ts";
import type { SinkContext } from "./sink-context.ts";

export interface OptionsOfKind {
  readonly amqp: AmqpSinkOptions;
  readonly file: FileSinkOptions;
  readonly kafka: KafkaSinkOptions;
  readonly mqtt: MqttSinkOptions;
  readonly nats: NatsSinkOptions;
  readonly http: HttpSinkOptions;
  readonly postgres: PostgresSinkOptions;
}

export type SinkKind = keyof OptionsOfKind;

type SinkTable = {
  readonly [Kind in SinkKind]: (options: OptionsOfKind[Kind], context: SinkContext) => RecordSink | Promise<RecordSink>;
};

export const sinkTable: SinkTable = {
  amqp: createAmqpSink,
  file: createFileSink,
  kafka: createKafkaSink,
  mqtt: createMqttSink,
  nats: createNatsSink,
  http: createHttpSink,
  postgres: createPostgresSink,
};

/** Options of one kind; as of a union where the kind is not known. */
export type SinkOptions<Kind extends SinkKind = SinkKind> = {
  [K in Kind]: { readonly kind: K } & OptionsOfKind[K];
}[Kind];

/** Errors: LIBRARY_MISSING. Nothing is connected yet. */
export async function createSink<Kind extends SinkKind>(options: SinkOptions<Kind>, context: SinkContext): Promise<RecordSink> {
  return sinkTable[options.kind](options, context);
}

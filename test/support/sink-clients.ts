import { expect, onTestFinished } from "vitest";
import type { RecordClient } from "../../src/forward/record-sink.ts";
import type { SinkContext } from "../../src/forward/sinks/sink-context.ts";
import { createSink, type SinkOptions } from "../../src/forward/sinks/sink-table.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { TidegateError } from "../../src/platform/errors.ts";
import { createLogger } from "../../src/platform/logger.ts";
import { origin } from "./sink-batches.ts";

const context: SinkContext = { origin, environment: {}, clock: systemClock, logger: createLogger("silent") };

/** A connection of a new sink, closed when the test ends. */
export async function clientOf(options: SinkOptions): Promise<RecordClient> {
  const sink = await createSink(options, context);
  const client = await sink.connect({ signal: new AbortController().signal, lost: () => {} });
  onTestFinished(() => client.close());
  return client;
}

/** What goes wrong in the end. */
export async function errorOf(promise: Promise<unknown>): Promise<TidegateError> {
  const error = await promise.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TidegateError);
  return error as TidegateError;
}

import { DeliveryWatch } from "./delivery-watch.ts";
import type { Host } from "./host.ts";
import { type Ledger, openLedger } from "./ledger.ts";
import type { Message } from "./message.ts";
import { createProgress } from "./progress.ts";
import { type MqttVersion, Publisher, type Qos } from "./publisher.ts";
import { derivedSeed, seededRandom } from "./random.ts";
import { type Summary, Tally } from "./tally.ts";

// Takes the messages of some devices to the broker and sees them acknowledged: what `fleet` and `replay` share.
//
// 1. Every device connects, on a connection of its own.
// 2. A device's messages go out as its source yields them; the source waits while the device's window is full.
// 3. The source ends by itself or because the user stops it; then what is out is waited for.
// 4. Connections are closed, the ledger is complete, the counts are returned.
//
// What may take how long, and what happens then, is in delivery-watch.ts. A lost connection is no failure (publisher.ts).

export interface DeliveryOptions {
  readonly url: string;
  readonly qos: Qos;
  readonly mqttVersion: MqttVersion;
  /** Unacknowledged messages per device at most. */
  readonly windowMax: number;
  readonly seed: number;
  /** Path; none by default. */
  readonly ledger?: string | undefined;
  /** Readings that will be sent, for the progress bar; Infinity if unknown. */
  readonly readingsTotal: number;
}

/** Yields a device's messages in order, each when it is due; ends early when the signal aborts. Called once it is connected. */
export type Source = (stop: AbortSignal) => AsyncIterable<Message>;

/** Resolves with the counts; rejects with an ExitError if the broker cannot be reached or stops answering. */
export async function deliver(sources: ReadonlyMap<string, Source>, options: DeliveryOptions, host: Host): Promise<Summary> {
  const ledger = openLedger(options.ledger);
  try {
    return await deliverInto(ledger, sources, options, host);
  } finally {
    ledger.close();
  }
}

async function deliverInto(
  ledger: Ledger,
  sources: ReadonlyMap<string, Source>,
  options: DeliveryOptions,
  host: Host,
): Promise<Summary> {
  const tally = new Tally(ledger);
  const devices = [...sources].map(([device, source]) => ({
    source,
    publisher: createPublisher(device, tally, options, host),
  }));
  const publishers = devices.map(({ publisher }) => publisher);
  const progress = createProgress(host.liveOut, options.readingsTotal);
  const watch = new DeliveryWatch({ publishers, tally, progress, host, url: options.url });
  watch.start();
  try {
    for (const publisher of publishers) publisher.start();
    await Promise.all(publishers.map((publisher) => publisher.connected()));
    await Promise.all(devices.map(({ source, publisher }) => pump(source(watch.stop), publisher, watch.stop)));
  } finally {
    watch.close();
    await Promise.all(publishers.map((publisher) => publisher.close()));
    progress.stop();
  }
  watch.throwIfFailed();
  return tally.summary;
}

async function pump(messages: AsyncIterable<Message>, publisher: Publisher, stop: AbortSignal): Promise<void> {
  for await (const message of messages) {
    if (stop.aborted || !(await publisher.publish(message))) break;
  }
  await publisher.drained();
}

function createPublisher(device: string, tally: Tally, options: DeliveryOptions, host: Host): Publisher {
  const { url, qos, mqttVersion, windowMax, seed } = options;
  const random = seededRandom(derivedSeed(seed, `reconnect ${device}`));
  const connection = { url, clientId: device, qos, mqttVersion, windowMax };
  return new Publisher({ ...connection, clock: host.clock, random, observer: tally.observer() });
}

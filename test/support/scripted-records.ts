import type { BatchOutcome, ConnectOptions, RecordBatch, RecordClient, RecordSink } from "../../src/forward/record-sink.ts";

/** A system that takes records as the test says: each write waits until the test gives its outcome. */
export class ScriptedRecords implements RecordSink {
  readonly name = "records";
  readonly target = "nowhere";
  readonly writesMax: number;
  readonly writes: { readonly batch: RecordBatch; settle(outcome: BatchOutcome): void; fail(error: Error): void }[] = [];
  connection: ConnectOptions | null = null;
  isClosed = false;

  constructor(writesMax = 2) {
    this.writesMax = writesMax;
  }

  async connect(options: ConnectOptions): Promise<RecordClient> {
    this.connection = options;
    return {
      writesMax: this.writesMax,
      wireBytes: 0,
      write: (batch) => new Promise((resolve, reject) => this.writes.push({ batch, settle: resolve, fail: reject })),
      close: async () => {
        this.isClosed = true;
      },
    };
  }

  /** Offsets of each write. */
  get written(): number[][] {
    return this.writes.map(({ batch }) => batch.records.map(({ offset }) => offset));
  }
}

// The log against the raw limit of the same disk: append, read, bytes a reading, write amplification, time to open.
//
//   npm run bench -- log [--gb 10] [--json FILE]     --gb: size of the log whose opening is measured (default 1)
//
// The reference of append and read is the plainest program that could do it: the same bytes, written to one file in the same
// portions with fdatasync after each, and read back. Every case has its reference from the same run.

import {
  closeSync,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeReadingBlock } from "../../src/codec/block-codec.ts";
import { openLevelLog } from "../../src/log/level-log.ts";
import type { Log, LogWrite } from "../../src/log/log.ts";
import { quality, type Reading } from "../../src/model/reading.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { createLogger } from "../../src/platform/logger.ts";
import { type BenchCase, benchCase, report } from "./report.ts";

const readingsTotal = 2_000_000;
const readingsPerAppend = 100;
/** Appends that wait for a commit: what 50 clients with batches have in flight. */
const appendsInFlight = 200;
const seriesCount = 200;
const textLength = 4000;

const root = mkdtempSync(join(tmpdir(), "tidegate-bench-log-"));
const openLog = (name: string): Promise<Log> =>
  openLevelLog({
    directory: join(root, name),
    clock: systemClock,
    logger: createLogger("silent"),
    pendingReadingsMax: 10_000_000,
  });

/** 2-decimal random walks, one reading a second and series. */
function* walks(): Generator<Reading[]> {
  const values = new Float64Array(seriesCount).fill(20);
  let state = 1;
  for (let made = 0; made < readingsTotal; made += readingsPerAppend) {
    const readings: Reading[] = [];
    for (let index = 0; index < readingsPerAppend; index++) {
      const series = (made + index) % seriesCount;
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      values[series] = Math.round(((values[series] ?? 0) + ((state >>> 16) % 21) / 100 - 0.1) * 100) / 100;
      const second = Math.floor((made + index) / seriesCount);
      readings.push({
        device: `device-${series >> 2}`,
        metric: `metric-${series & 3}`,
        unit: "",
        tags: "",
        eventTimeUs: 1_700_000_000_000_000 + second * 1_000_000,
        value: values[series] ?? 0,
        quality: quality.good,
        correctionUs: 0,
      });
    }
    yield readings;
  }
}

/** Appends everything, with so many appends in flight; resolves when the last is durable. */
async function appendAll(log: Log, writes: Iterable<LogWrite>): Promise<void> {
  let inFlight = 0;
  let wake = () => {};
  const done = (error: Error | null) => {
    if (error !== null) throw error;
    inFlight--;
    wake();
  };
  for (const write of writes) {
    inFlight++;
    log.append(write, done);
    while (inFlight >= appendsInFlight) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  while (inFlight > 0) {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

async function seconds(action: () => void | Promise<void>): Promise<number> {
  const start = performance.now();
  await action();
  return (performance.now() - start) / 1000;
}

function bytesWrittenByThisProcess(): number {
  return Number(/write_bytes: (\d+)/.exec(readFileSync("/proc/self/io", "utf8"))?.[1] ?? 0);
}

function bytesIn(directory: string): number {
  return readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
}

async function measureAppendAndRead(): Promise<BenchCase[]> {
  const log = await openLog("append");
  const appends = [...walks()].map((readings) => ({ readings }));
  const writtenBefore = bytesWrittenByThisProcess();
  const appendSeconds = await seconds(() => appendAll(log, appends));
  const writtenBytes = bytesWrittenByThisProcess() - writtenBefore;

  const portions: Uint8Array[] = [];
  let readBack = 0;
  const readSeconds = await seconds(async () => {
    for (let offset = 0; offset < log.bounds("readings").endOffset; ) {
      for (const block of await log.read("readings", offset, 1024 * 1024)) {
        readBack += decodeReadingBlock(block.bytes).count;
        portions.push(block.bytes);
        offset = block.firstOffset + block.count;
      }
    }
  });
  await log.close();
  if (readBack !== readingsTotal) throw new Error(`read ${readBack} of ${readingsTotal} readings`);
  const blockBytes = portions.reduce((sum, bytes) => sum + bytes.length, 0);
  const raw = await measureRaw(portions);
  const perSecond = (readings: number, took: number) => Math.round(readings / took);
  console.log(
    `append ${(blockBytes / 1e6 / appendSeconds).toFixed(1)} MB/s, read ${(blockBytes / 1e6 / readSeconds).toFixed(1)} MB/s, ${portions.length} blocks`,
  );
  return [
    benchCase({
      case: "append, 200 series, 100 readings an append, each commit synced",
      value: perSecond(readingsTotal, appendSeconds),
      unit: "readings/s",
      reference: {
        name: "the same bytes to one file, fdatasync after each portion",
        value: perSecond(readingsTotal, raw.writeSeconds),
      },
      budget: null,
    }),
    benchCase({
      case: "read and decode the whole lane",
      value: perSecond(readingsTotal, readSeconds),
      unit: "readings/s",
      reference: { name: "the same bytes from one file, not decoded", value: perSecond(readingsTotal, raw.readSeconds) },
      budget: null,
    }),
    benchCase({
      case: "bytes a reading at rest, 2-decimal values, steady rate",
      value: bytesIn(join(root, "append")) / readingsTotal,
      unit: "bytes",
      reference: { name: "time and value as two doubles", value: 16 },
      budget: null,
    }),
    benchCase({
      case: "write amplification: bytes written to disk per byte of blocks",
      value: writtenBytes / blockBytes,
      unit: "bytes",
      reference: { name: "one write of each byte", value: 1 },
      budget: null,
    }),
  ];
}

async function measureRaw(portions: readonly Uint8Array[]): Promise<{ writeSeconds: number; readSeconds: number }> {
  const path = join(root, "raw");
  const file = openSync(path, "w+");
  const writeSeconds = await seconds(() => {
    for (const portion of portions) {
      writeSync(file, portion);
      fdatasyncSync(file);
    }
  });
  const buffer = new Uint8Array(1024 * 1024);
  const readSeconds = await seconds(() => {
    for (let at = 0, got = -1; got !== 0; at += got) got = readSync(file, buffer, 0, buffer.length, at);
  });
  closeSync(file);
  return { writeSeconds, readSeconds };
}

async function measureOpening(gigabytes: number): Promise<BenchCase> {
  const openSeconds = async (name: string) => {
    let log: Log | undefined;
    const took = await seconds(async () => {
      log = await openLog(name);
    });
    await log?.close();
    return took;
  };
  await (await openLog("small")).close();
  const small = await openSeconds("small");
  const log = await openLog("large");
  await appendAll(log, largeTexts(gigabytes * 1e9));
  await log.close();
  const large = await openSeconds("large");
  console.log(
    `${gigabytes} GB: open ${(large * 1000).toFixed(0)} ms, resident ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB after filling it`,
  );
  return benchCase({
    case: `open a log of ${gigabytes} GB`,
    value: large * 1000,
    unit: "ms",
    reference: { name: "open an empty one", value: small * 1000 },
    budget: null,
  });
}

function* largeTexts(bytesTotal: number): Generator<LogWrite> {
  let state = 7;
  const letters = Array.from({ length: 64 }, (_, index) => String.fromCharCode(48 + index));
  const text = () => {
    let made = "";
    for (let index = 0; index < 64; index++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      made += letters[(state >>> 16) & 63];
    }
    return made;
  };
  const filler = Array.from({ length: Math.floor(textLength / 64) - 1 }, text).join("");
  for (let made = 0, index = 0; made < bytesTotal; made += filler.length, index++) {
    yield {
      readings: [
        {
          device: "d",
          metric: "m",
          unit: "",
          tags: "",
          eventTimeUs: index,
          value: text() + filler,
          quality: quality.good,
          correctionUs: 0,
        },
      ],
    };
  }
}

const at = process.argv.indexOf("--gb");
const gigabytes = at === -1 ? 1 : Number(process.argv[at + 1]);
try {
  report("log", [...(await measureAppendAndRead()), await measureOpening(gigabytes)]);
} finally {
  rmSync(root, { recursive: true });
}

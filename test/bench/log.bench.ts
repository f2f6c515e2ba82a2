// The log against the raw limit of the same disk: append, read, bytes a reading, write amplification; and what it takes to open a
// large one, and to start a gateway on it.
//
//   npm run bench -- log [--gb 10] [--json FILE]     --gb: size of the log whose opening is measured (default 1)
//
// Opening is measured in a process of its own (open-log.mjs), the start from the start of the process to the first PUBACK. Most of the
// large log are long texts, since it has to be written in minutes; its newest readings are ordinary ones, because a gateway reads
// them when it starts. It is written by this process and stays in the page cache as far as it fits, as after a restart of a gateway.
//
// The reference of append and read is the plainest program that could do it: the same bytes, written to one file in the same
// portions with fdatasync after each, and read back. Every case has its reference from the same run.

import { execFile } from "node:child_process";
import {
  closeSync,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { connectAsync } from "mqtt";
import { decodeReadingBlock } from "../../src/codec/block-codec.ts";
import { openLevelLog } from "../../src/log/level-log.ts";
import type { Log, LogWrite } from "../../src/log/log.ts";
import { quality, type Reading } from "../../src/model/reading.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { createLogger } from "../../src/platform/logger.ts";
import { streamCheckpoint } from "../../src/stream/checkpoint.ts";
import { GatewayProcess } from "../support/gateway-process.ts";
import { type BenchCase, benchCase, report } from "./report.ts";

const readingsTotal = 2_000_000;
const readingsPerAppend = 100;
/** Appends that wait for a commit: what 50 clients with batches have in flight. */
const appendsInFlight = 200;
const seriesCount = 200;
const textLength = 4000;
/** At the end of the large log, more than the 65,536 that a gateway reads when it starts. */
const newestReadings = 200_000;

const root = mkdtempSync(join(tmpdir(), "tidegate-bench-log-"));
const openLog = (name: string): Promise<Log> =>
  openLevelLog({
    directory: join(root, name, "log"),
    clock: systemClock,
    logger: createLogger("silent"),
    pendingReadingsMax: 10_000_000,
  });

/** 2-decimal random walks, one reading a second and series. */
function* walks(count = readingsTotal): Generator<Reading[]> {
  const values = new Float64Array(seriesCount).fill(20);
  let state = 1;
  for (let made = 0; made < count; made += readingsPerAppend) {
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
      value: bytesIn(join(root, "append", "log")) / readingsTotal,
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

interface Opening {
  readonly ms: number;
  readonly residentBytesMax: number;
}

const openMsMax = 2000;
const openBytesMax = 150e6;
const startMsMax = 2000;

async function measureOpening(gigabytes: number): Promise<BenchCase[]> {
  await fill(gigabytes);
  await (await openLog("small")).close();
  const [small, large] = [await opening("small"), await opening("large")];
  const [smallStart, largeStart] = [await start("small"), await start("large")];
  const what = `log of ${gigabytes} GB`;
  return [
    benchCase({
      case: `open a ${what}`,
      value: large.ms,
      unit: "ms",
      reference: { name: "open an empty one", value: small.ms },
      budget: openMsMax,
      budgetKind: "most value",
    }),
    benchCase({
      case: `peak resident memory of a process that opens a ${what}`,
      value: large.residentBytesMax,
      unit: "bytes",
      reference: { name: "one that opens an empty one", value: small.residentBytesMax },
      budget: openBytesMax,
      budgetKind: "most value",
    }),
    benchCase({
      case: `start of a gateway to the first PUBACK on a ${what}`,
      value: largeStart.ms,
      unit: "ms",
      reference: { name: "on an empty one", value: smallStart.ms },
      budget: startMsMax,
      budgetKind: "most value",
    }),
    benchCase({
      case: `peak resident memory of a gateway at its first PUBACK on a ${what}`,
      value: largeStart.residentBytesMax,
      unit: "bytes",
      reference: { name: "on an empty one", value: smallStart.residentBytesMax },
      budget: null,
    }),
  ];
}

/** Long texts, then ordinary readings; windows and alerts have seen it all. */
async function fill(gigabytes: number): Promise<void> {
  const { bavail, bsize } = statfsSync(root);
  const neededBytes = (gigabytes + 2) * 1e9;
  if (bavail * bsize < neededBytes) throw new Error(`${root} has no room for a log of ${gigabytes} GB`);
  const log = await openLog("large");
  await appendAll(log, largeTexts(gigabytes * 1e9));
  for (const readings of walks(newestReadings)) await appendAll(log, [{ readings }]);
  const position = log.bounds("readings").endOffset;
  const seen = { position, timeUs: systemClock.nowUs(), ends: { results: 0, alerts: 0 } };
  await appendAll(log, [{ checkpoint: streamCheckpoint({ ...seen, lost: { trimmed: 0, corrupt: 0 } }, []) }]);
  await log.close();
  console.log(`the large log has ${(bytesIn(join(root, "large", "log")) / 1e9).toFixed(1)} GB in its files`);
}

async function opening(name: string): Promise<Opening> {
  const { stdout } = await promisify(execFile)(process.execPath, ["test/bench/open-log.mjs", join(root, name, "log")]);
  return JSON.parse(stdout) as Opening;
}

async function start(name: string): Promise<Opening> {
  const yaml = "log: { retention: { readings: { sizeMax: 1000GiB } } }";
  const gateway = new GatewayProcess({ directory: root, dataDirectory: join(root, name), yaml });
  try {
    const sinceMs = performance.now();
    await gateway.start();
    const client = await connectAsync(gateway.url);
    await client.publishAsync("sensors/a/b", "1", { qos: 1 });
    const ms = performance.now() - sinceMs;
    const peak = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${gateway.pid}/status`, "utf8"))?.[1];
    await client.endAsync();
    return { ms, residentBytesMax: Number(peak) * 1024 };
  } finally {
    await gateway.stop();
  }
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
  report("log", [...(await measureAppendAndRead()), ...(await measureOpening(gigabytes))]);
} finally {
  rmSync(root, { recursive: true });
}

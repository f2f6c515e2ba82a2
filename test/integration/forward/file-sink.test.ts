import { appendFile, readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { RecordClient } from "../../../src/forward/record-sink.ts";
import type { FileSinkOptions } from "../../../src/forward/sinks/file-sink.ts";
import type { SinkContext } from "../../../src/forward/sinks/sink-context.ts";
import { createSink } from "../../../src/forward/sinks/sink-table.ts";
import type { Logger } from "../../../src/platform/logger.ts";
import { DiskFiller } from "../../support/disk-filler.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { isMissing } from "../../support/servers.ts";
import { numberedBatch, origin } from "../../support/sink-batches.ts";
import { SmallDisk } from "../../support/small-disk.ts";
import { tempDir } from "../../support/temp-dir.ts";

const day = 86_400_000;
const plain = { name: "files", lanes: ["readings"], format: "ndjson", fileSizeMax: 1024 * 1024, fileTimeMax: day } as const;

/** What was said, newest last. */
class Diagnostics {
  readonly lines: string[] = [];
  readonly logger: Logger;

  constructor() {
    const take = (...said: unknown[]) => void this.lines.push(JSON.stringify(said));
    this.logger = { debug: take, info: take, warn: take, error: take } as unknown as Logger;
  }
}

class Files {
  readonly clock = new FakeClock(Date.UTC(2026, 0, 31, 12) * 1000);
  readonly diagnostics = new Diagnostics();
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  async client(more: Partial<FileSinkOptions> = {}, context: Partial<SinkContext> = {}): Promise<RecordClient> {
    const options = { kind: "file", ...plain, path: join(this.directory, "{gateway}-{lane}"), ...more } as const;
    const others = { origin, environment: {}, clock: this.clock, logger: this.diagnostics.logger };
    const sink = await createSink(options, { ...others, ...context });
    const client = await sink.connect({ signal: new AbortController().signal, lost: () => {} });
    onTestFinished(() => client.close());
    return client;
  }

  /** Oldest first. */
  async names(): Promise<string[]> {
    return (await readdir(this.directory)).filter((name) => name.includes("readings")).sort();
  }

  async newest(): Promise<string> {
    return join(this.directory, (await this.names()).at(-1) ?? "");
  }

  /** Offsets in each file. */
  async offsets(): Promise<number[][]> {
    const texts = (await this.names()).map((name) => readFile(join(this.directory, name), "utf8"));
    return (await Promise.all(texts)).map((text) =>
      text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line).offset])),
    );
  }
}

async function files(): Promise<Files> {
  return new Files(await tempDir());
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}

describe("a new file begins", () => {
  test("when the old one would become too large; a batch stays together", async () => {
    const there = await files();
    const client = await there.client({ fileSizeMax: 4000 });
    for (const first of [0, 10, 20, 30, 40, 50]) await client.write(numberedBatch(first, 10));
    expect(await there.offsets()).toEqual([range(0, 20), range(20, 40), range(40, 60)]);
    for (const name of await there.names()) expect((await stat(join(there.directory, name))).size).toBeLessThanOrEqual(4000);
    await client.write(numberedBatch(60, 100));
    expect((await there.offsets()).at(-1)).toEqual(range(60, 160));
  });

  test("when its time is over, also over a restart; the name says when it began", async () => {
    const there = await files();
    const client = await there.client();
    await client.write(numberedBatch(0, 1));
    there.clock.advanceMs(day / 2 - 1);
    await client.write(numberedBatch(1, 1));
    there.clock.advanceMs(1);
    await client.write(numberedBatch(2, 1));
    await client.close();
    there.clock.advanceMs(day);
    await (await there.client()).write(numberedBatch(3, 1));
    expect(await there.offsets()).toEqual([[0, 1], [2], [3]]);
    expect(await there.names()).toEqual([
      `plant-1-readings-20260131T120000.000Z-${origin.logId}.ndjson`,
      `plant-1-readings-20260201T000000.000Z-${origin.logId}.ndjson`,
      `plant-1-readings-20260202T000000.000Z-${origin.logId}.ndjson`,
    ]);
  });

  test("behind the old one, also if the clock has gone back", async () => {
    const there = await files();
    const client = await there.client({ fileSizeMax: 1 });
    await client.write(numberedBatch(0, 1));
    await client.write(numberedBatch(1, 1));
    const late = new FakeClock(0);
    await client.close();
    await (await there.client({ fileSizeMax: 1 }, { clock: late })).write(numberedBatch(2, 1));
    expect(await there.offsets()).toEqual([[0], [1], [2]]);
  });

  test("for a log that begins anew, whose offsets mean other records", async () => {
    const there = await files();
    await (await there.client()).write(numberedBatch(0, 2));
    await (await there.client({}, { origin: { ...origin, logId: "another" } })).write(numberedBatch(0, 3));
    expect(await there.offsets()).toEqual(expect.arrayContaining([range(0, 2), range(0, 3)]));
  });
});

describe("after a crash", () => {
  test.each(["ndjson", "csv"] as const)(
    "what is not whole at the end of a file is cut off, and comes again (%s)",
    async (format) => {
      const there = await files();
      const batch = numberedBatch(0, 3, { value: 'two\n"lines"' });
      const client = await there.client({ format });
      await client.write(batch);
      await client.close();
      const path = await there.newest();
      const whole = await readFile(path, "utf8");
      for (let length = whole.length - 1; length > whole.length - 120; length -= 7) {
        await truncate(path, length);
        const again = await there.client({ format });
        const left = await readFile(path, "utf8");
        expect(whole.startsWith(left) && left.endsWith("\n")).toBe(true);
        expect(left.length).toBeLessThan(length);
        await again.write(batch);
        await again.close();
        expect(await readFile(path, "utf8")).toBe(whole);
      }
      expect(there.diagnostics.lines.join()).toContain("cut off a record that was not whole");
    },
  );

  test("zeros that a file system left in the middle stay there, count for nothing, and lose nothing", async () => {
    const there = await files();
    const client = await there.client();
    await client.write(numberedBatch(0, 4));
    await client.close();
    const path = await there.newest();
    const bytes = await readFile(path);
    const second = bytes.indexOf("\n") + 1;
    const third = bytes.indexOf("\n", second) + 1;
    // The second record keeps its beginning and gets the end of the third.
    await writeFile(path, bytes.fill(0, second + 90, third + 90));
    const again = await there.client();
    await again.write(numberedBatch(0, 4));
    const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
    const offsets = lines.flatMap((line) => (line.includes("\0") ? [] : [JSON.parse(line).offset]));
    expect(offsets.sort()).toEqual([0, 1, 2, 3]);
    expect(there.diagnostics.lines.join()).toContain('"strangers":1');
  });

  test("a record that is in an older file is known too", async () => {
    const there = await files();
    const small = { fileSizeMax: 1 };
    const client = await there.client(small);
    for (const offset of range(0, 20)) await client.write(numberedBatch(offset, 1));
    await client.close();
    await (await there.client(small)).write(numberedBatch(0, 25));
    expect((await there.offsets()).flat()).toEqual(range(0, 25));
  });

  test("a file that has only its first line, or nothing, goes on", async () => {
    const there = await files();
    const client = await there.client({ format: "csv" });
    await client.write(numberedBatch(0, 1));
    await client.close();
    const path = await there.newest();
    const whole = await readFile(path, "utf8");
    for (const length of [whole.indexOf("\n") + 1, 10, 0]) {
      await truncate(path, length);
      await (await there.client({ format: "csv" })).write(numberedBatch(0, 1));
      expect(await readFile(path, "utf8")).toBe(whole);
    }
  });
});

test("no file is deleted, unless filesMax says so; then each is counted", async () => {
  const there = await files();
  const all = await there.client({ fileSizeMax: 1 });
  for (const offset of range(0, 30)) await all.write(numberedBatch(offset, 1));
  expect(await there.names()).toHaveLength(30);
  await all.close();
  const few = await there.client({ fileSizeMax: 1, filesMax: 3 });
  await few.write(numberedBatch(30, 1));
  expect((await there.offsets()).flat()).toEqual([28, 29, 30]);
  expect(there.diagnostics.lines.at(-1)).toContain('"deletedFiles":28');
});

test("files of others in the same folder are left alone", async () => {
  const there = await files();
  const others = ["plant-1-readings.ndjson", "plant-1-readings-old.ndjson", `plant-1-readings-2026-${origin.logId}.ndjson`];
  for (const name of others) await writeFile(join(there.directory, name), "{}\nhalf");
  const client = await there.client({ filesMax: 2, fileSizeMax: 1 });
  for (const offset of range(0, 5)) await client.write(numberedBatch(offset, 1));
  for (const name of others) expect(await readFile(join(there.directory, name), "utf8")).toBe("{}\nhalf");
});

test("a client that is opened before the one before has closed waits for it, and has the files after it", async () => {
  const there = await files();
  const options = { kind: "file", ...plain, path: join(there.directory, "{lane}") } as const;
  const sink = await createSink(options, { origin, environment: {}, clock: there.clock, logger: there.diagnostics.logger });
  const connect = () => sink.connect({ signal: new AbortController().signal, lost: () => {} });
  const order: string[] = [];
  const first = await connect();
  const second = connect().finally(() => order.push("second opened"));
  for (const offset of range(0, 30)) await first.write(numberedBatch(offset, 1));
  order.push("first has written");
  await first.close();
  const client = await second;
  expect(order).toEqual(["first has written", "second opened"]);
  await client.write(numberedBatch(0, 40));
  await client.close();
  expect(await there.offsets()).toEqual([range(0, 40)]);
});

test.skipIf(isMissing("loop-mount"))("on a full disk a batch is kept whole, and written when there is room", async () => {
  const disk = await SmallDisk.mount(join(await tempDir(), "disk"), 8 * 1024 * 1024);
  onTestFinished(() => disk.unmount());
  const there = new Files(disk.root);
  const client = await there.client();
  await client.write(numberedBatch(0, 100));
  const filler = new DiskFiller(join(disk.root, "filler"));
  await filler.fill();
  const outcome = await client.write(numberedBatch(100, 5000));
  expect(outcome).toEqual({ rejected: [], kept: [{ start: 100, end: 5100 }], retryAfterMs: 10_000 });
  expect(await there.offsets()).toEqual([range(0, 100)]);
  await filler.release();
  expect(await client.write(numberedBatch(100, 5000))).toMatchObject({ kept: [] });
  expect(await there.offsets()).toEqual([range(0, 5100)]);
  await client.close();
});

test("what somebody appends by hand is left there", async () => {
  const there = await files();
  const client = await there.client();
  await client.write(numberedBatch(0, 2));
  await client.close();
  await appendFile(await there.newest(), "# a remark\n");
  await (await there.client()).write(numberedBatch(2, 1));
  const lines = (await readFile(await there.newest(), "utf8")).trimEnd().split("\n");
  expect(lines.map((line) => line.slice(0, 8))).toEqual(['{"gatewa', '{"gatewa', "# a rema", '{"gatewa']);
});

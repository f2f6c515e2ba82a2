// What a power cut leaves of a directory. Purpose: SIGKILL alone proves little, because the page cache survives the process; here
// everything that was written and not synced is lost.
//
// How: the program runs with a shim before libc (disk-shim.c) that records its writes and syncs in order. After SIGKILL the
// record is played back into a model that keeps apart what is on the disk and what is in memory only, and the directory is
// written anew from the first. The program then starts on that.
//
// The model, and why it is fair. It is ext4 in its default mode (data=ordered), and XFS is no weaker:
// - Data of a file is on the disk up to what was written before the begin of an fsync or fdatasync that has returned.
// - Names (create, rename, unlink, mkdir) go through a journal and become durable in their order. A sync commits the journal up to
//   the last change of the synced file, its creation included. LevelDB leans on that: it syncs the directory for its manifest only.
// - The rest is the cut's free choice. Loss `all`: nothing unsynced survives. Loss `torn`: the journal may have been committed up
//   to any point, and any 512-byte sector of unsynced data may have reached the disk, in any order, the others reading as zeros:
//   that is worse than ext4, which extends a file only behind its data.
// Not modelled: disks that acknowledge a flush and lie, and bits that rot.
//
// Why not a device: dm-flakey and dm-log-writes need a kernel that has them, and root; FUSE needs a library. This needs a C
// compiler, runs unprivileged, and sees each single write. The shim does sync for real, so that timing stays as it is.

import { constants } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { DiskFile } from "./disk-file.ts";
import { type DiskOperation, readDiskTrace } from "./disk-trace.ts";

/** What becomes of unsynced changes. */
export type Loss = "all" | "torn";

type Entry = DiskFile | "directory";

/** A change of names that the journal holds. */
interface NameChange {
  readonly at: number;
  apply(names: Map<string, Entry>): void;
}

interface OpenFile {
  readonly entry: Entry;
  readonly append: boolean;
  position: number;
  /** Begins of syncs that have not ended. */
  readonly syncs: number[];
}

export class PowerCutDisk {
  readonly #root: string;
  readonly #durableNames = new Map<string, Entry>();
  #names = new Map<string, Entry>();
  #journal: NameChange[] = [];
  #open = new Map<number, OpenFile>();
  #at = 0;
  /** Syncs that have ended. */
  syncs = 0;

  /** @param root the directory that the program writes to; it does not exist or is empty. */
  constructor(root: string) {
    this.#root = root;
  }

  /** Plays the trace of one run of the program back, cuts the power, and leaves the directory as the disk has it then. */
  async cut(trace: string, loss: Loss, random: () => number): Promise<void> {
    for (const operation of await readDiskTrace(trace)) this.#play(operation);
    this.#lose(loss, random);
    await this.#restore();
    await rm(trace);
  }

  #play(operation: DiskOperation): void {
    this.#at++;
    switch (operation.kind) {
      case "open":
        this.#openFile(operation);
        break;
      case "write":
        this.#write(operation);
        break;
      case "sync-begin":
        this.#open.get(operation.fd)?.syncs.push(this.#at);
        break;
      case "sync-end":
        this.#sync(operation.fd);
        break;
      case "close":
        this.#open.delete(operation.fd);
        break;
      case "truncate":
        this.#fileOf(operation.fd)?.truncate(this.#at, operation.length);
        break;
      default:
        this.#changeNames(operation);
    }
  }

  #openFile({ fd, flags, path }: Extract<DiskOperation, { kind: "open" }>): void {
    let entry = this.#names.get(path);
    if (entry === undefined && (flags & constants.O_CREAT) !== 0) {
      const created = new DiskFile(this.#at);
      entry = created;
      this.#change((names) => names.set(path, created));
    }
    // The root itself, or a file that was written past the shim (LevelDB's LOG).
    entry ??= "directory";
    if (entry !== "directory" && (flags & constants.O_TRUNC) !== 0 && entry.length > 0) entry.truncate(this.#at, 0);
    this.#open.set(fd, { entry, append: (flags & constants.O_APPEND) !== 0, position: 0, syncs: [] });
  }

  #write({ fd, offset, bytes }: Extract<DiskOperation, { kind: "write" }>): void {
    const open = this.#open.get(fd);
    if (open === undefined || open.entry === "directory") return;
    const at = open.append ? open.entry.length : (offset ?? open.position);
    open.entry.write(this.#at, at, bytes);
    if (offset === null) open.position = at + bytes.length;
  }

  #sync(fd: number): void {
    const open = this.#open.get(fd);
    const begin = open?.syncs.shift();
    if (open === undefined || begin === undefined) return;
    this.syncs++;
    this.#commitJournal(open.entry === "directory" ? begin : open.entry.sync(begin));
  }

  #changeNames(operation: Extract<DiskOperation, { kind: "rename" | "unlink" | "mkdir" | "rmdir" }>): void {
    if (operation.kind === "rename") {
      const { from, to } = operation;
      this.#change((names) => {
        const moved = names.get(from);
        if (moved === undefined) return;
        names.delete(from);
        names.set(to, moved);
      });
      return;
    }
    const { kind, path } = operation;
    if (kind === "mkdir") this.#change((names) => names.set(path, "directory"));
    else this.#change((names) => names.delete(path));
  }

  #change(apply: NameChange["apply"]): void {
    apply(this.#names);
    this.#journal.push({ at: this.#at, apply });
  }

  #commitJournal(upTo: number): void {
    for (const change of this.#journal) if (change.at <= upTo) change.apply(this.#durableNames);
    this.#journal = this.#journal.filter((change) => change.at > upTo);
  }

  #lose(loss: Loss, random: () => number): void {
    const committed = loss === "all" ? -1 : Math.floor(random() * (this.#journal.length + 1)) - 1;
    this.#commitJournal(this.#journal[committed]?.at ?? 0);
    this.#journal = [];
    // One share of sectors for the whole cut: mostly all, mostly none, and everything between.
    const share = random();
    const survives = loss === "all" ? () => false : () => random() < share;
    for (const entry of this.#durableNames.values()) if (entry !== "directory") entry.cut(survives);
    this.#names = new Map(this.#durableNames);
    this.#open = new Map();
  }

  async #restore(): Promise<void> {
    await rm(this.#root, { recursive: true, force: true });
    await mkdir(this.#root, { recursive: true });
    for (const [path, entry] of this.#durableNames) {
      const target = join(this.#root, relative(this.#root, path));
      if (entry === "directory") await mkdir(target, { recursive: true });
      else await writeFile(target, entry.durable);
    }
  }

  #fileOf(fd: number): DiskFile | undefined {
    const entry = this.#open.get(fd)?.entry;
    return entry === "directory" ? undefined : entry;
  }
}

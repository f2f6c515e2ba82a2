import { execFile, spawnSync } from "node:child_process";
import { mkdir, open, readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { freeBytesOf } from "../../src/platform/data-directory.ts";

const run = promisify(execFile);

/** A file system of its own, ext4 in a file: a disk that can be full without harm. Needs root and loop devices. */
export class SmallDisk {
  /** Where it is mounted; empty but for lost+found. */
  readonly root: string;
  #unmounted: Promise<void> | null = null;
  // Whatever ends this process, no mount stays behind.
  readonly #atExit = () => void spawnSync("umount", ["--lazy", this.root]);

  private constructor(root: string) {
    this.root = root;
    process.once("exit", this.#atExit);
  }

  /** Whoever mounts it unmounts it. @param directory for the image and the mount point; made. */
  static async mount(directory: string, bytes: number): Promise<SmallDisk> {
    const [image, root] = [join(directory, "image"), join(directory, "mnt")];
    await mkdir(root, { recursive: true });
    const file = await open(image, "w");
    await file.truncate(bytes);
    await file.close();
    // Blocks as on any larger disk. Nothing reserved for root: what is said to be free can be written, also by a gateway that root runs.
    await run("mkfs.ext4", ["-q", "-F", "-m", "0", "-b", "4096", "-E", "lazy_itable_init=0,lazy_journal_init=0", image]);
    const disk = new SmallDisk(root);
    await run("mount", ["-o", "loop", image, root]);
    // The mount holds the loop device, and that the image: its name is not needed, and gone whatever happens.
    await rm(image);
    return disk;
  }

  freeBytes(): Promise<number> {
    return freeBytesOf(this.root);
  }

  /** What was written to the disk so far, by its own count. */
  async writtenBytes(): Promise<number> {
    await run("sync", ["--file-system", this.root]);
    const { stdout } = await run("findmnt", ["--noheadings", "--output", "SOURCE", this.root]);
    const stat = await readFile(`/sys/block/${basename(stdout.trim())}/stat`, "utf8");
    // Documentation/block/stat.rst: the seventh figure, in sectors of 512 bytes.
    return Number(stat.trim().split(/\s+/)[6]) * 512;
  }

  /** Idempotent. Its loop device is free once the last file on it is closed. */
  unmount(): Promise<void> {
    this.#unmounted ??= run("umount", ["--lazy", this.root]).then(() => {
      process.off("exit", this.#atExit);
    });
    return this.#unmounted;
  }
}

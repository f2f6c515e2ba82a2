import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // One more than there are cores: the long tests mostly wait, for servers, disks and the time that windows take.
    maxWorkers: availableParallelism() + 1,
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
});

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type ClientLibrary, clientLibraries, loadLibrary } from "../../../src/platform/client-library.ts";

const { optionalDependencies = {} } = JSON.parse(readFileSync("package.json", "utf8")) as {
  optionalDependencies?: Record<string, string>;
};

test("the versions that a missing library is asked for are those that the tests run with", () => {
  expect(optionalDependencies).toMatchObject(clientLibraries);
});

test("a library that is not installed is named with the command that installs it", async () => {
  const absent = "tidegate-has-no-such-package";
  const [name = "pg"] = Object.keys(clientLibraries) as ClientLibrary[];
  await expect(loadLibrary(name, () => import(absent))).rejects.toMatchObject({
    code: "LIBRARY_MISSING",
    message: `the package ${name} is not installed; run npm install ${name}@${optionalDependencies[name]}`,
  });
});

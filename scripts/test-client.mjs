// Bundles the tests of the client, and runs them: "make test-client".

import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

const TESTS = new URL("../tests/client/", import.meta.url).pathname;

const folder = await mkdtemp(join(tmpdir(), "session-security-"));
try {
  const names = (await readdir(TESTS)).filter((name) => name.endsWith(".test.ts"));
  await build({
    entryPoints: names.map((name) => join(TESTS, name)),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: "inline",
    logLevel: "error",
  });
  const files = names.map((name) => join(folder, name.replace(".ts", ".mjs")));
  const options = ["--enable-source-maps", "--test", "--test-reporter", "spec"];
  const { status } = spawnSync(process.execPath, [...options, ...files], { stdio: "inherit" });
  process.exitCode = status ?? 1;
} finally {
  await rm(folder, { recursive: true });
}

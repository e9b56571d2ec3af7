// Puts into client/ what its npm package is made of, and takes it away: "npm pack" there runs it.

import { execFileSync } from "node:child_process";
import { cp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";

const ROOT = new URL("..", import.meta.url).pathname;
const CLIENT = join(ROOT, "client");
const STATIC = join(ROOT, "src/session_security/static/session_security");
const DIST = join(CLIENT, "dist");
const LICENSE = join(CLIENT, "LICENSE");

const { values } = parseArgs({ options: { clean: { type: "boolean", default: false } } });

if (values.clean) {
  await rm(DIST, { recursive: true });
  await rm(LICENSE);
} else {
  execFileSync(process.execPath, [join(ROOT, "scripts/build-client.mjs")], { stdio: "inherit" });
  await mkdir(DIST, { recursive: true });
  for (const name of ["mount.js", "mount.d.ts", "session_security.d.ts"]) {
    await cp(join(STATIC, name), join(DIST, name));
  }
  await cp(join(ROOT, "LICENSE"), LICENSE);
}

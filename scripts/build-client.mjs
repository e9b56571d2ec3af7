// Builds the client into the package: "make client". With --check, only says whether what is there
// is what the sources give. With --client and --static, other folders than those of the package.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const ROOT = new URL("..", import.meta.url).pathname;

const { values } = parseArgs({
  options: {
    check: { type: "boolean", default: false },
    client: { type: "string", default: join(ROOT, "client") },
    static: { type: "string", default: join(ROOT, "src/session_security/static/session_security") },
  },
});

/** Which file is built from which source, and how. */
const BUILDS = [
  { name: "session_security.js", source: "index.ts", minify: true, format: "esm" },
  { name: "session_security.debug.js", source: "index.ts", minify: false, format: "esm" },
  // Loaded by a <script> without type="module".
  { name: "script.js", source: "script.ts", minify: true, format: "iife" },
  { name: "resume.js", source: "resume.ts", minify: true, format: "esm" },
];

/** The same bytes from the same sources, wherever they lie. */
async function bundle({ source, minify, format }) {
  const result = await build({
    absWorkingDir: values.client,
    entryPoints: [source],
    bundle: true,
    write: false,
    minify,
    format,
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    banner: { js: "// Built from client/ by make client." },
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: true, verbatimModuleSyntax: true } },
  });
  return result.outputFiles[0].text;
}

let isCurrent = true;
for (const options of BUILDS) {
  const path = join(values.static, options.name);
  const text = await bundle(options);
  if (!values.check) {
    await writeFile(path, text);
  } else if (
    text !== (await readFile(path, "utf8").catch(() => "")) ||
    text !== (await bundle(options))
  ) {
    console.error(`${options.name} is not what client/ gives: run "make client".`);
    isCurrent = false;
  }
}
process.exitCode = isCurrent ? 0 : 1;

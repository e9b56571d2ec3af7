// Builds the client into the package: "make client". With --check, only says whether what is there
// is what the sources give. With --client and --static, other folders than those of the package.

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { minify as minifyFurther } from "terser";

const ROOT = new URL("..", import.meta.url).pathname;
const STATIC = "src/session_security/static/session_security";
const ORIGIN = "Built from client/";
const FIRST_LETTERS = "etnisorlauhcd";

/** Which file is built from which source, and how. */
const BUILDS = [
  // Loaded by a <script> without type="module": the scripts that follow can use the element.
  { name: "session_security.js", source: "index.ts", minify: true, format: "iife" },
  { name: "session_security.debug.js", source: "index.ts", minify: false, format: "iife" },
  { name: "script.js", source: "script.ts", minify: true, format: "iife" },
  // A module, in one file: ManifestStaticFilesStorage does not rewrite what a module imports.
  { name: "mount.js", source: "mount.ts", minify: true, format: "esm" },
  { name: "resume.js", source: "resume.ts", minify: true, format: "iife" },
  { name: "sign_in.js", source: "sign_in.ts", minify: true, format: "iife" },
  { name: "kept.js", source: "kept.ts", minify: true, format: "esm" },
  { name: "style.css", source: "style.css", minify: true },
];

const { values } = parseArgs({
  options: {
    check: { type: "boolean", default: false },
    client: { type: "string", default: join(ROOT, "client") },
    static: { type: "string", default: join(ROOT, STATIC) },
  },
});

/** All words in a file of types but those of its comments. */
async function wordsIn(path) {
  const text = await readFile(path, "utf8");
  const declarations = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|"[^"\n]*"/g, " ");
  return declarations.match(/[A-Za-z_$][\w$]*/g) ?? [];
}

/**
 * The names that others know, so that they can't be shortened: what TypeScript knows of browsers,
 * what pages may use, and what is sent.
 */
async function knownNames() {
  const typescript = join(ROOT, "node_modules/@typescript");
  const [platform] = await readdir(typescript);
  const library = join(typescript, platform, "lib");
  const files = [
    ...(await readdir(library))
      .filter((name) => /^lib\.(dom|es).*\.d\.ts$/.test(name))
      .map((name) => join(library, name)),
    join(ROOT, STATIC, "session_security.d.ts"),
    join(ROOT, STATIC, "mount.d.ts"),
    join(values.client, "protocol.ts"),
  ];
  return new Set((await Promise.all(files.map(wordsIn))).flat());
}

/** Short names of the letters that scripts have most, which compress best. */
const shortNames = {
  get(number) {
    const [first, rest] = [
      number % FIRST_LETTERS.length,
      Math.floor(number / FIRST_LETTERS.length),
    ];
    return FIRST_LETTERS[first] + (rest ? shortNames.get(rest - 1) : "");
  },
};

/** Once more, and with short names for all properties but the known ones; reading one does nothing. */
async function shorten(text, format, known) {
  const { code } = await minifyFurther(text, {
    compress: { ecma: 2022, inline: 1, passes: 4, pure_getters: true },
    format: { ecma: 2022 },
    mangle: {
      properties: {
        builtins: true,
        keep_quoted: true,
        nth_identifier: shortNames,
        reserved: [...known],
      },
    },
    module: format === "esm",
    toplevel: true,
  });
  return `${code}\n`;
}

/** The same text from the same sources, wherever they lie. */
async function bundle({ name, source, minify, format }, known) {
  const { outputFiles } = await build({
    absWorkingDir: values.client,
    entryPoints: [source],
    bundle: true,
    write: false,
    minify,
    format,
    target: "es2022",
    charset: "utf8",
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  });
  const { text } = outputFiles[0];
  if (name.endsWith(".css")) return `/* ${ORIGIN} */\n${text}`;
  return `// ${ORIGIN}\n${minify ? await shorten(text, format, known) : text}`;
}

const known = await knownNames();
for (const options of BUILDS) {
  const path = join(values.static, options.name);
  const text = await bundle(options, known);
  if (!values.check) {
    await writeFile(path, text);
    continue;
  }
  const isCurrent = text === (await readFile(path, "utf8").catch(() => ""));
  const isSteady = text === (await bundle(options, known));
  if (!isCurrent || !isSteady) {
    console.error(`${options.name} is not what client/ gives: run "make client".`);
    process.exitCode = 1;
  }
}

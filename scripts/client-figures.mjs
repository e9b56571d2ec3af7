// How the sources of the client read, beside the first one, in figures: "make client-figures".

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as ts from "typescript/unstable/ast";
import { API } from "typescript/unstable/sync";

const ROOT = new URL("..", import.meta.url).pathname;
const FIRST = "127c232:src/session_security/static/session_security/session_security.js";

const { SyntaxKind } = ts;

/** Where a program can go one way or another. */
const DECISIONS = new Set([
  SyntaxKind.IfStatement,
  SyntaxKind.ConditionalExpression,
  SyntaxKind.ForStatement,
  SyntaxKind.ForInStatement,
  SyntaxKind.ForOfStatement,
  SyntaxKind.WhileStatement,
  SyntaxKind.DoStatement,
  SyntaxKind.CaseClause,
  SyntaxKind.CatchClause,
]);
const DECIDING_OPERATORS = new Set([
  SyntaxKind.AmpersandAmpersandToken,
  SyntaxKind.BarBarToken,
  SyntaxKind.QuestionQuestionToken,
  SyntaxKind.AmpersandAmpersandEqualsToken,
  SyntaxKind.BarBarEqualsToken,
  SyntaxKind.QuestionQuestionEqualsToken,
]);

const isDecision = (node) =>
  DECISIONS.has(node.kind) ||
  (ts.isBinaryExpression(node) && DECIDING_OPERATORS.has(node.operatorToken.kind));

const isFunction = (node) =>
  ts.isFunctionDeclaration(node) ||
  ts.isFunctionExpression(node) ||
  ts.isArrowFunction(node) ||
  ts.isMethodDeclaration(node) ||
  ts.isConstructorDeclaration(node) ||
  ts.isGetAccessorDeclaration(node) ||
  ts.isSetAccessorDeclaration(node);

/** The name that a node declares, if it is one word of the source. */
const declaredName = (node) => {
  const isDeclaration =
    isFunction(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isVariableDeclaration(node) ||
    ts.isBindingElement(node) ||
    ts.isParameterDeclaration(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isPropertySignatureDeclaration(node) ||
    ts.isMethodSignatureDeclaration(node);
  return isDeclaration && node.name && ts.isIdentifier(node.name) ? node.name.text : null;
};

/** The figures of one file. */
function measure(file) {
  const { text } = file;
  const lineOf = (position) => text.slice(0, position).split("\n").length;
  const figures = { decisions: 0, names: [], typed: new Set(), functions: [] };
  const visit = (node, inner) => {
    let around = inner;
    if (isFunction(node)) {
      const start = lineOf(node.getStart(file));
      around = { lines: lineOf(node.end) - start + 1, branches: 0 };
      figures.functions.push(around);
    }
    if (isDecision(node)) {
      figures.decisions++;
      if (around) around.branches++;
    }
    const name = declaredName(node);
    if (name) figures.names.push(name);
    if (ts.isTypeNode(node)) figures.typed.add(lineOf(node.getStart(file)));
    node.forEachChild((child) => visit(child, around));
  };
  visit(file, null);
  const lines = text.split("\n").map((line) => line.trim());
  const comments = lines.filter((line) => /^(\/\/|\/\*|\*)/.test(line)).length;
  const code = lines.filter((line) => line).length - comments;
  return { ...figures, typed: figures.typed.size, comments, code };
}

/** One column of the table, from the figures of some files. */
function summary(files) {
  const sum = (name) => files.reduce((total, file) => total + file[name], 0);
  const names = [...new Set(files.flatMap((file) => file.names))];
  const functions = files.flatMap((file) => file.functions);
  const [code, comments] = [sum("code"), sum("comments")];
  const percent = (part, whole) => Math.round((100 * part) / whole);
  const letters = names.reduce((total, name) => total + name.length, 0);
  return {
    "lines of code": code,
    "decisions per 100 lines": percent(sum("decisions"), code),
    "mean length of names": Number((letters / names.length).toFixed(1)),
    "names of several words, %": percent(
      names.filter((name) => /[a-z][A-Z_]|._./.test(name)).length,
      names.length,
    ),
    "lines with types, %": percent(sum("typed"), code),
    "comment lines, %": percent(comments, code + comments),
    "longest function, lines": Math.max(...functions.map(({ lines }) => lines)),
    "most decisions in a function": Math.max(...functions.map(({ branches }) => branches)),
  };
}

const folder = mkdtempSync(join(tmpdir(), "session-security-"));
try {
  const first = join(folder, "first.js");
  writeFileSync(first, execFileSync("git", ["show", FIRST], { cwd: ROOT }));
  const sources = readdirSync(join(ROOT, "client")).filter((name) => name.endsWith(".ts"));
  for (const name of sources) {
    writeFileSync(join(folder, name), readFileSync(join(ROOT, "client", name)));
  }
  const config = join(folder, "tsconfig.json");
  const compilerOptions = { allowJs: true, noEmit: true, noResolve: true, types: [] };
  writeFileSync(config, JSON.stringify({ compilerOptions, include: ["*"] }));
  const api = new API();
  const { program } = api.updateSnapshot({ openProjects: [config] }).getProject(config);
  const measured = (name) => measure(program.getSourceFile(join(folder, name)));
  const before = summary([measured("first.js")]);
  const now = summary(sources.map(measured));
  const rows = Object.keys(now).map((name) => [
    name,
    { "the first file": before[name], "client/": now[name] },
  ]);
  console.table(Object.fromEntries(rows));
  api.close();
} finally {
  rmSync(folder, { recursive: true });
}

// Compiles the contracts again and again, each time with one place changed: requests and answers are lines of JSON.
//
// The compiler stays loaded and its code warm, and the optimizer is off: what a mutant does is the same without it, and
// half a second is a fifth of the time.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";

const root = process.argv[2];
const require = createRequire(path.join(root, "package.json"));
const compiler = require("solc");
const sources = new Map();

function source(name) {
  if (!sources.has(name)) {
    const file = name.startsWith("@") ? path.join(root, "node_modules", name) : path.join(root, name);
    sources.set(name, readFileSync(file));
  }
  return sources.get(name);
}

/** The text of a source, with the bytes [start, end) of one of them replaced. */
function text(name, edit) {
  const bytes = source(name);
  if (!edit || edit.file !== name) return bytes.toString("utf8");
  return Buffer.concat([bytes.subarray(0, edit.start), Buffer.from(edit.text), bytes.subarray(edit.end)]).toString("utf8");
}

function compile({ entries, outputs, edit, libraries, optimize }) {
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(entries.map((name) => [name, { content: text(name, edit) }])),
    settings: {
      evmVersion: "cancun",
      optimizer: { enabled: optimize === true, runs: 200 },
      metadata: { appendCBOR: false },
      outputSelection: outputs,
      libraries: libraries ?? {},
    },
  };
  const read = (name) => {
    try {
      return { contents: text(name, edit) };
    } catch (error) {
      return { error: error.message };
    }
  };
  const output = JSON.parse(compiler.compile(JSON.stringify(input), { import: read }));
  const errors = (output.errors ?? []).filter((error) => error.severity === "error");
  if (errors.length > 0) return { error: errors[0].formattedMessage };
  return { contracts: output.contracts ?? {}, sources: output.sources };
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(compile(JSON.parse(line)))}\n`);
}

#!/usr/bin/env node
// The Solidity compiler as a command, for tools that expect the native `solc`.
//
// No package registry carries a native solc, but npm carries the same compiler built to WebAssembly. This launcher
// gives it the two modes that Ape, forge and analysers use: `--version`, and `--standard-json` with JSON on standard
// input. Anything else is refused, so that a tool which wants more fails here and not somewhere later.
import { readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const USAGE = "usage: solc --version | solc --standard-json [--base-path DIR] [--include-path DIR]... [--allow-paths DIR,DIR...] [FILE]";

class UsageError extends Error {}

/** Reads the options of native solc that concern standard JSON; throws UsageError on any other. */
function parseArguments(argv) {
  const options = { mode: null, basePath: "", includePaths: [], allowPaths: [], inputFile: null };
  const valued = {
    "--base-path": (value) => { options.basePath = value; },
    "--include-path": (value) => { options.includePaths.push(value); },
    "--allow-paths": (value) => { options.allowPaths.push(...value.split(",").filter(Boolean)); },
  };
  for (let i = 0; i < argv.length; i++) {
    const [name, attached] = splitOnce(argv[i], "=");
    if (name in valued) {
      const value = attached ?? argv[++i];
      if (value === undefined) throw new UsageError(`${name} needs a value`);
      valued[name](value);
    } else if (argv[i] === "--version" || argv[i] === "--standard-json") {
      options.mode = argv[i];
    } else if (argv[i] !== "-" && !argv[i].startsWith("-") && options.inputFile === null) {
      options.inputFile = argv[i];
    } else if (argv[i] !== "-") {
      throw new UsageError(`this launcher does not know ${argv[i]}`);
    }
  }
  if (options.mode === null) throw new UsageError("nothing to do");
  return options;
}

function splitOnce(text, separator) {
  const at = text.startsWith("--") ? text.indexOf(separator) : -1;
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function loadCompiler() {
  const require = createRequire(import.meta.url);
  // Emscripten installs handlers that turn every uncaught error into a page of minified source.
  const before = process.listeners("uncaughtException");
  const beforeRejection = process.listeners("unhandledRejection");
  const compiler = require("solc");
  for (const [event, kept] of [["uncaughtException", before], ["unhandledRejection", beforeRejection]]) {
    for (const listener of process.listeners(event)) {
      if (!kept.includes(listener)) process.removeListener(event, listener);
    }
  }
  return compiler;
}

/**
 * The import callback. A source unit name is looked up under the base path, then under each include path, and is
 * readable only inside those or inside an allowed folder - as in native solc, where an import cannot leave them.
 */
function makeReader({ basePath, includePaths, allowPaths }) {
  const roots = [basePath || ".", ...includePaths];
  const allowed = [...roots, ...allowPaths].map(realOrResolved);
  return (sourceUnitName) => {
    const name = sourceUnitName.replace(/^file:\/\//, "");
    const candidates = path.isAbsolute(name) ? [name] : roots.map((root) => path.join(root, name));
    for (const candidate of candidates) {
      let real;
      try {
        real = realpathSync(candidate);
      } catch {
        continue;
      }
      if (!allowed.some((folder) => isInside(folder, real))) {
        return { error: `File outside of allowed directories: ${name}` };
      }
      try {
        return { contents: readFileSync(real, "utf8") };
      } catch (error) {
        return { error: `Cannot read ${name}: ${error.code ?? error.message}` };
      }
    }
    return { error: `File not found: ${name}. Searched: ${candidates.join(", ")}` };
  };
}

function realOrResolved(folder) {
  try {
    return realpathSync(folder);
  } catch {
    return path.resolve(folder);
  }
}

function isInside(folder, file) {
  const relative = path.relative(folder, file);
  return relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/**
 * Built-ins such as `msg` have negative ids in the AST of native solc. The WebAssembly build prints them as unsigned
 * 32-bit numbers, on which some analysers crash. No other integer of an AST reaches 2^31.
 */
function signIds(node) {
  for (const key of Object.keys(node)) {
    const value = node[key];
    if (typeof value === "number") {
      if (value >= 2 ** 31 && value < 2 ** 32) node[key] = value - 2 ** 32;
    } else if (value !== null && typeof value === "object") {
      signIds(value);
    }
  }
}

function withSignedIds(outputText) {
  if (!outputText.includes('"ast":')) return outputText;
  const output = JSON.parse(outputText);
  for (const source of Object.values(output.sources ?? {})) {
    if (source.ast) signIds(source.ast);
  }
  return JSON.stringify(output);
}

/** Standard input is read as a stream: a synchronous read of a pipe that has no data yet fails with EAGAIN. */
async function readInput(file) {
  if (file !== null) return readFileSync(file, "utf8");
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

async function main(argv) {
  const options = parseArguments(argv);
  if (options.mode === "--version") {
    process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${loadCompiler().version()}\n`);
    return;
  }
  const input = await readInput(options.inputFile);
  const output = loadCompiler().compile(input, { import: makeReader(options) });
  process.stdout.write(`${withSignedIds(output)}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`solc: ${error.message}\n${error instanceof UsageError ? `${USAGE}\n` : ""}`);
  process.exitCode = 1;
}

// Makes package-lock.json the same wherever it is written; called by lock.sh after npm.
//
// - npm copies links to sponsors into it. They are no business of a lock file, which here names no address at all.
// - npm leaves out the optional packages that the registry in use does not carry, as mirrors do with platforms that
//   nobody there asked for, and `npm ci` then refuses the file on every platform. They are entered by name, version and
//   platform, but without a hash: npm installs them on their platform and nowhere else. Locking against a registry that
//   carries them adds the hashes.
import { readFileSync, writeFileSync } from "node:fs";

const file = "package-lock.json";
const lock = JSON.parse(readFileSync(file, "utf8"));

for (const entry of Object.values(lock.packages)) delete entry.funding;

for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    if (key in lock.packages) continue;
    // Foundry names its packages after Node's platform and Go's processor: anvil-darwin-arm64, forge-linux-amd64.
    const [os, cpu] = name.split("-").slice(-2);
    lock.packages[key] = { version, cpu: [cpu === "amd64" ? "x64" : cpu], dev: true, optional: true, os: [os] };
  }
}

// Code unit order, as npm itself sorts: the order of a locale would differ between machines.
const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
lock.packages = Object.fromEntries(sorted);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);

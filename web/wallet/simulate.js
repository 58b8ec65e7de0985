// Tries a call before anybody is asked to sign it, and says why it would fail.

import { codeOf } from "./chain.js";

/** @typedef {import("./discover.js").Provider} Provider */

/** A contract refused; `data` is its error as bytes. */
export class Refused extends Error {
  /** @param {string} data */
  constructor(data) {
    super(data);
    this.data = data;
  }
}

/** The wallet's node does not answer. */
export class NodeDown extends Error {}

/**
 * Throws what the contract, or the node, has against a call.
 *
 * @param {Provider} provider
 * @param {{from: string, to: string, data: string}} call
 * @param {string} [block]
 */
export async function simulate(provider, call, block = "latest") {
  try {
    await provider.request({ method: "eth_call", params: [call, block] });
  } catch (error) {
    throw reasonOf(error);
  }
}

/**
 * Gas of a call, with a reserve: what happens before it in its block may make it dearer.
 *
 * @param {Provider} provider
 * @param {{from: string, to: string, data: string}} call
 * @returns {Promise<bigint>}
 */
export async function gasOf(provider, call) {
  try {
    // Some nodes would count in what waits for a block: another act of the account may have used up a permit there.
    const gas = BigInt(await provider.request({ method: "eth_estimateGas", params: [call, "latest"] }));
    return (gas * 13n) / 10n + 30_000n;
  } catch (error) {
    throw reasonOf(error);
  }
}

/**
 * @param {any} error as a wallet's node throws it: the revert's bytes are at different places in each
 * @returns {Error}
 */
export function reasonOf(error) {
  if (error instanceof Refused || error instanceof NodeDown) return error;
  const bytes = bytesIn(error, 0);
  if (bytes) return new Refused(bytes);
  return codeOf(error) === 4001 || codeOf(error) === 4100 ? error : new NodeDown(error?.message);
}

/**
 * @param {any} value
 * @param {number} depth
 * @returns {string | null}
 */
function bytesIn(value, depth) {
  if (typeof value === "string") return /^0x([0-9a-f]{2}){4,}$/i.test(value) ? value : null;
  if (depth > 4 || typeof value !== "object" || !value) return null;
  for (const key of ["data", "error", "originalError", "cause", "result"]) {
    const found = bytesIn(value[key], depth + 1);
    if (found) return found;
  }
  return null;
}

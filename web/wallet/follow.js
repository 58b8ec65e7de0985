// What became of a transaction. A block counts when our own index has it, whatever the wallet says: other pages show the
// same, and a block that the chain takes back is gone from there as well.

import { Stop } from "./errors.js";
import { receiptOf } from "./direct.js";

/**
 * @typedef {"sent" | "in_block" | "final" | "back"} State
 * @typedef {{block: number | null, final: boolean}} Seen
 */

const PAUSE = 2000;
const FAILED = 0;

/** The chain took the transaction, and the contract refused it. */
export class Reverted extends Error {
  /** @param {string} block 0x text */
  constructor(block) {
    super("reverted");
    this.block = block;
  }
}

/**
 * Tells each change of a transaction's state until it is final.
 *
 * @param {string} api
 * @param {() => string} hashNow may change while the relay sends the same request again at a higher price
 * @param {import("./discover.js").Provider | null} provider asked for refusals only
 * @param {(state: State, block: number | null) => void} tell
 */
export async function follow(api, hashNow, provider, tell) {
  /** @type {State} */
  let state = "sent";
  let block = /** @type {number | null} */ (null);
  tell(state, block);
  for (;;) {
    const seen = await look(api, hashNow());
    if (seen) {
      const next = after(state, seen);
      if (next !== state || seen.block !== block) tell(next, seen.block);
      [state, block] = [next, seen.block];
      if (state === "final") return;
      if (block === null && provider) await checkRefusal(provider, hashNow());
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/**
 * @param {State} state
 * @param {Seen} seen
 * @returns {State}
 */
function after(state, seen) {
  if (seen.block !== null) return seen.final ? "final" : "in_block";
  return state === "in_block" ? "back" : state;
}

/**
 * @param {string} api
 * @param {string} hash
 * @returns {Promise<Seen | null>} null if our index does not answer
 */
async function look(api, hash) {
  try {
    const events = await get(`${api}/v1/events?limit=1&tx_hash=${hash}`);
    const block = events.items[0]?.block_number ?? null;
    if (block === null) return { block, final: false };
    const status = await get(`${api}/v1/status`);
    return { block, final: block <= status.checkpoint.finalized_number };
  } catch {
    return null;
  }
}

/** @param {string} url */
async function get(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Stop("index_down");
  return response.json();
}

/**
 * @param {import("./discover.js").Provider} provider
 * @param {string} hash
 */
async function checkRefusal(provider, hash) {
  const receipt = await receiptOf(provider, hash).catch(() => null);
  if (receipt && Number(receipt.status) === FAILED) throw new Reverted(receipt.blockNumber);
}

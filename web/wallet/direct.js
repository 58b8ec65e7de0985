// Sends from the wallet, which then pays the gas itself.

import { encodeCall } from "./abi.js";
import { APPROVE } from "./permit.js";

/** @typedef {import("./discover.js").Provider} Provider */

const POLL = 1500;

/**
 * @param {Provider} provider
 * @param {{from: string, to: string, data: string}} call
 * @returns {Promise<string>} hash of the transaction
 */
export function send(provider, call) {
  return provider.request({ method: "eth_sendTransaction", params: [{ ...call, value: "0x0" }] });
}

/**
 * Allows a contract to take exactly an amount, and waits until the chain knows it.
 *
 * @param {Provider} provider
 * @param {string} currency
 * @param {string} from
 * @param {string} spender
 * @param {bigint} amount
 */
export async function approve(provider, currency, from, spender, amount) {
  const hash = await send(provider, { from, to: currency, data: encodeCall(APPROVE, [spender, amount]) });
  for (;;) {
    const receipt = await receiptOf(provider, hash);
    if (receipt) return receipt;
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
}

/**
 * @param {Provider} provider
 * @param {string} hash
 * @returns {Promise<{status: string, blockNumber: string} | null>}
 */
export function receiptOf(provider, hash) {
  return provider.request({ method: "eth_getTransactionReceipt", params: [hash] });
}

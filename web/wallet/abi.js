// Calls to contracts as bytes and back. Selectors come from the server, which has them from the compiler's ABI.

import { decodeAbiParameters, encodeAbiParameters } from "viem/utils";

/** @typedef {import("./discover.js").Provider} Provider */
/** @typedef {{selector: string, inputs: any[], outputs?: any[]}} AbiFunction */

/**
 * @param {AbiFunction} item
 * @param {unknown[]} values by position; a struct by the names of its members
 * @returns {`0x${string}`}
 */
export function encodeCall(item, values) {
  return /** @type {`0x${string}`} */ (item.selector + encodeAbiParameters(item.inputs, values).slice(2));
}

/**
 * @param {any[]} types
 * @param {string} bytes 0x text
 * @returns {any[]}
 */
export function decode(types, bytes) {
  return [...decodeAbiParameters(types, /** @type {`0x${string}`} */ (bytes))];
}

/**
 * Reads from a contract through the wallet's own node.
 *
 * @param {Provider} provider
 * @param {string} to
 * @param {AbiFunction} item
 * @param {unknown[]} [values]
 * @returns {Promise<any[]>} what it returns
 */
export async function read(provider, to, item, values = []) {
  const call = { to, data: encodeCall(item, values) };
  return decode(item.outputs ?? [], await provider.request({ method: "eth_call", params: [call, "latest"] }));
}

/**
 * A function that every contract of a standard has.
 *
 * @param {string} selector
 * @param {string} inputs types, with commas
 * @param {string} outputs
 * @returns {AbiFunction}
 */
export function standard(selector, inputs, outputs) {
  const types = (/** @type {string} */ text) => (text ? text.split(",").map((type) => ({ type })) : []);
  return { selector, inputs: types(inputs), outputs: types(outputs) };
}

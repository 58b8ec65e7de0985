// What is signed is typed data (EIP-712) in the domain of one contract on one chain.

import { hashDomain } from "viem";
import { read, standard } from "./abi.js";

/** @typedef {import("./discover.js").Provider} Provider */
/** @typedef {{name: string, version: string, chainId: number, verifyingContract: string}} Domain */

const OWN_WORDS = standard("0x84b0196e", "", "bytes1,string,string,uint256,address,bytes32,uint256[]"); // eip712Domain()
const NAME = standard("0x06fdde03", "", "string");
const VERSION = standard("0x54fd4d50", "", "string");
const SEPARATOR = standard("0x3644e515", "", "bytes32"); // DOMAIN_SEPARATOR()
const DOMAIN_FIELDS = [
  { name: "name", type: "string" },
  { name: "version", type: "string" },
  { name: "chainId", type: "uint256" },
  { name: "verifyingContract", type: "address" },
];

/**
 * Returns the domain of a contract, or null if it does not say which it is.
 *
 * Name and version are the contract's own words (ERC-5267, or those of older currencies if the contract's separator
 * confirms them); the address and the chain are ours, so that no contract can have anything signed for another.
 *
 * @param {Provider} provider
 * @param {string} contract
 * @param {number} chainId
 * @returns {Promise<Domain | null>}
 */
export async function domainOf(provider, contract, chainId) {
  const here = { chainId, verifyingContract: contract };
  const own = await attempt(read(provider, contract, OWN_WORDS));
  if (own) return { name: own[1], version: own[2], ...here };
  const [name, separator] = [await attempt(read(provider, contract, NAME)), await attempt(read(provider, contract, SEPARATOR))];
  if (!name || !separator) return null;
  const [version] = (await attempt(read(provider, contract, VERSION))) ?? ["1"];
  const domain = { name: name[0], version, ...here };
  return hashDomain({ domain, types: { EIP712Domain: DOMAIN_FIELDS } }) === separator[0] ? domain : null;
}

/**
 * @param {Provider} provider
 * @param {string} account
 * @param {Domain} domain
 * @param {string} primaryType
 * @param {Record<string, string>} fields type of each, in the order that is signed
 * @param {Record<string, unknown>} message
 * @returns {Promise<string>} signature
 */
export function sign(provider, account, domain, primaryType, fields, message) {
  const members = Object.entries(fields).map(([name, type]) => ({ name, type }));
  const data = { domain, primaryType, types: { EIP712Domain: DOMAIN_FIELDS, [primaryType]: members }, message };
  const text = JSON.stringify(data, (_, value) => (typeof value === "bigint" ? value.toString() : value));
  return provider.request({ method: "eth_signTypedData_v4", params: [account, text] });
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @returns {Promise<T | null>} null where the contract has no such function
 */
async function attempt(promise) {
  try {
    return await promise;
  } catch {
    return null;
  }
}

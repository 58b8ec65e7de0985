// Permits (ERC-2612): the leave to take exactly the amount of one act, and nothing later.

import { read, standard } from "./abi.js";
import { domainOf, sign } from "./typed.js";

/** @typedef {import("./discover.js").Provider} Provider */
/** @typedef {{deadline: bigint, v: number, r: string, s: string}} Permit */

const NONCES = standard("0x7ecebe00", "address", "uint256");
const ALLOWANCE = standard("0xdd62ed3e", "address,address", "uint256");
const BALANCE = standard("0x70a08231", "address", "uint256");
const APPROVE = standard("0x095ea7b3", "address,uint256", "bool");
const FIELDS = { owner: "address", spender: "address", value: "uint256", nonce: "uint256", deadline: "uint256" };

/**
 * Returns what a permit for this currency is signed for, or null if the currency takes none.
 *
 * @param {Provider} provider
 * @param {string} currency
 * @param {number} chainId
 * @param {string} owner
 */
export async function permitTerms(provider, currency, chainId, owner) {
  const domain = await domainOf(provider, currency, chainId);
  if (!domain) return null;
  try {
    return { domain, nonce: (await read(provider, currency, NONCES, [owner]))[0] };
  } catch {
    return null;
  }
}

/**
 * @param {Provider} provider
 * @param {NonNullable<Awaited<ReturnType<typeof permitTerms>>>} terms
 * @param {{owner: string, spender: string, value: bigint, deadline: bigint}} leave
 * @returns {Promise<Permit>}
 */
export async function signPermit(provider, terms, leave) {
  const signature = await sign(provider, leave.owner, terms.domain, "Permit", FIELDS, { ...leave, nonce: terms.nonce });
  const v = Number.parseInt(signature.slice(130, 132), 16);
  return { deadline: leave.deadline, v: v < 27 ? v + 27 : v, r: signature.slice(0, 66), s: `0x${signature.slice(66, 130)}` };
}

/**
 * @param {Provider} provider
 * @param {string} currency
 * @param {string} owner
 * @param {string} spender
 * @returns {Promise<bigint>}
 */
export async function allowanceOf(provider, currency, owner, spender) {
  return (await read(provider, currency, ALLOWANCE, [owner, spender]))[0];
}

/**
 * @param {Provider} provider
 * @param {string} currency
 * @param {string} owner
 * @returns {Promise<bigint>}
 */
export async function balanceOf(provider, currency, owner) {
  return (await read(provider, currency, BALANCE, [owner]))[0];
}

export { APPROVE };

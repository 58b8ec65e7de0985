// What one of several people signs for a contract, to be brought there by another one.

import { Stop } from "./errors.js";
import { domainOf, sign } from "./typed.js";

/**
 * @param {import("./session.js").Session} session
 * @param {string} contract
 * @param {number} chainId
 * @param {{type: string, members: [string, string][]}} leaf
 * @param {Record<string, any>} message
 */
export async function signatureOf(session, contract, chainId, leaf, message) {
  const domain = await domainOf(session.provider, contract, chainId);
  if (!domain) throw new Stop("refused");
  return sign(session.provider, session.account, domain, leaf.type, Object.fromEntries(leaf.members), message);
}

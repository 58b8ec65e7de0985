// A settlement that one side signed, as the part of a link behind its #: which no server gets to see.

/** @typedef {{share: string, deadline: string, nonce: string, signatures: Record<string, string>}} Offered */

const NUMBER = /^\d{1,11}$/;
const SIGNATURE = /^0x([0-9a-fA-F]{2}){1,4096}$/;
/** @param {Offered} offered */
export function linkOf({ signatures, ...terms }) {
  return `#${new URLSearchParams({ ...terms, ...signatures })}`;
}

/**
 * @param {string} hash of the page's address, with its #
 * @param {string[]} sides fields of the signatures, in the order of the contract
 * @returns {Offered | null} null if nobody signed anything in it
 */
export function offeredIn(hash, sides) {
  const found = new URLSearchParams(hash.slice(1));
  const [share, deadline, nonce] = ["share", "deadline", "nonce"].map((name) => found.get(name) ?? "");
  const signatures = Object.fromEntries(sides.map((side) => [side, found.get(side) ?? ""]).filter(([, it]) => SIGNATURE.test(it)));
  if (![share, deadline, nonce].every((it) => NUMBER.test(it)) || !Object.keys(signatures).length) return null;
  return { share, deadline, nonce, signatures };
}

/**
 * @param {string} share in the smallest unit
 * @param {number} decimals
 */
export function shareOf(share, decimals) {
  const digits = share.padStart(decimals + 1, "0");
  return decimals ? `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}` : digits;
}

/** @param {string} deadline Unix time, of a full minute */
export function minuteOf(deadline) {
  return new Date(Number(deadline) * 1000).toISOString().slice(0, 16);
}

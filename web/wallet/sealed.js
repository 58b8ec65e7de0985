// What a commitment on the chain hides stays in this browser: nobody else may have it.

import { Stop } from "./errors.js";

const PREFIX = "eranos-sealed:";

/**
 * Keeps what was sealed before anything is signed: a commitment that nobody can open is worth nothing.
 *
 * @param {Map<string, string>} sealed text by its hash
 */
export function keepSealed(sealed) {
  for (const [hash, text] of sealed) {
    try {
      localStorage.setItem(PREFIX + hash, text);
    } catch {
      throw new Stop("not_kept");
    }
  }
}

/**
 * @param {string} hash
 * @returns {string | null} what this browser keeps; null if it never had it
 */
export function sealedOf(hash) {
  try {
    return localStorage.getItem(PREFIX + hash);
  } catch {
    return null;
  }
}

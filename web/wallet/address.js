// Where to deliver: the chain has a salted hash, the buyer's browser the address. The seller gets it by a link, and sees
// whether it is the one that was ordered to.

import { behind, packed, unpacked } from "./handover.js";
import { keepSealed, sealedOf } from "./sealed.js";
import { sha256 } from "./values.js";

/** A section on the page, with a part for each thing to say. */
export async function startAddress() {
  const section = /** @type {HTMLElement | null} */ (document.querySelector("[data-address]"));
  if (!section) return;
  const hash = String(section.dataset.address);
  const letters = behind(location.hash, "address");
  const given = letters === null ? null : unpacked(letters);
  if (letters !== null) history.replaceState(null, "", location.pathname + location.search);
  if (given !== null && (await isSealed(given, hash))) keep(hash, given);
  else if (letters !== null) return show(section, "wrong");
  const text = given ?? sealedOf(hash);
  if (text === null) return;
  for (const place of section.querySelectorAll("[data-address-text]")) place.textContent = textOf(text);
  const link = /** @type {HTMLInputElement | null} */ (section.querySelector("[data-address-link]"));
  if (link) link.value = `${location.origin}${section.dataset.path}#address=${packed(text)}`;
  show(section, "known");
}

/**
 * @param {string} text
 * @param {string} hash
 */
export async function isSealed(text, hash) {
  return (await sha256(new TextEncoder().encode(text))) === hash;
}

/**
 * @param {string} text that was sealed
 * @returns {string} what a person wrote of it
 */
export function textOf(text) {
  try {
    return String(JSON.parse(text).text ?? "");
  } catch {
    return "";
  }
}

/**
 * @param {string} hash
 * @param {string} text
 */
function keep(hash, text) {
  try {
    keepSealed(new Map([[hash, text]]));
  } catch {
    // It is on the page; the link brings it again.
  }
}

/**
 * @param {HTMLElement} section
 * @param {string} name
 */
function show(section, name) {
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (section.querySelectorAll("[data-say]"))) part.hidden = part.dataset.say !== name;
}

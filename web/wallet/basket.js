// The basket is kept in this browser; its page shows what stands in the address, and the server remembers nothing.

import { linesOf, merged, queryOf } from "./lines.js";

/** @typedef {import("./lines.js").Line} Line */

const place = /** @type {HTMLElement | null} */ (document.querySelector("[data-basket]"));
if (place) start(`eranos-basket:${place.dataset.basket}`);

/** @param {string} key */
function start(key) {
  const query = new URLSearchParams(location.search);
  const shown = linesOf(query);
  if (query.has("add")) return go(key, merged(read(key), shown));
  if (query.has("listing")) write(key, shown);
  else if (read(key).length) return go(key, read(key));
  for (const form of document.querySelectorAll("form[data-act]")) form.addEventListener("acted", () => empty(key));
}

/**
 * Loaded again, the page shall not offer to order the same once more.
 *
 * @param {string} key
 */
function empty(key) {
  write(key, []);
  history.replaceState(null, "", location.pathname);
}

/**
 * @param {string} key
 * @param {Line[]} lines
 */
function go(key, lines) {
  if (write(key, lines)) location.replace(`${location.pathname}?${queryOf(lines)}`);
}

/**
 * @param {string} key
 * @returns {Line[]}
 */
function read(key) {
  try {
    return merged([], JSON.parse(localStorage.getItem(key) ?? "[]"));
  } catch {
    return [];
  }
}

/**
 * @param {string} key
 * @param {Line[]} lines
 * @returns {boolean} whether this browser keeps it
 */
function write(key, lines) {
  try {
    localStorage.setItem(key, JSON.stringify(lines));
    return true;
  } catch {
    return false;
  }
}

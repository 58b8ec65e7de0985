// The basket is kept in this browser; its page shows what stands in the address, and the server remembers nothing.

import { MOST, linesOf, merged, queryOf } from "./lines.js";

/** @typedef {import("./lines.js").Line} Line */

/** Behind the # of the page that is told that something was left out. */
const FULL = "#full";

const place = /** @type {HTMLElement | null} */ (document.querySelector("[data-basket]"));
if (place) start(place, `eranos-basket:${place.dataset.basket}`);

/**
 * @param {HTMLElement} page
 * @param {string} key
 */
function start(page, key) {
  const query = new URLSearchParams(location.search);
  const [shown, own] = [linesOf(query), read(key)];
  if (query.has("add")) return go(key, merged(own, shown));
  if (!query.has("listing") && own.length) return go(key, own);
  if (location.hash === FULL) show(page, "full");
  const isOwn = !own.length || queryOf(own) === queryOf(shown);
  if (!isOwn) show(page, "foreign");
  else write(key, shown);
  page.querySelector("[data-keep]")?.addEventListener("click", () => go(key, shown));
  page.querySelector("form")?.addEventListener("submit", (event) => isOwn && change(key, /** @type {HTMLFormElement} */ (event.target)));
  for (const form of document.querySelectorAll("form[data-act]")) form.addEventListener("acted", () => leave(key, isOwn));
}

/**
 * What is written down before the page goes on is the own basket there, and no link of somebody else.
 *
 * @param {string} key
 * @param {HTMLFormElement} form
 */
function change(key, form) {
  const pairs = [...new FormData(form)].map(([name, value]) => [name, String(value)]);
  write(key, linesOf(new URLSearchParams(pairs)));
}

/**
 * Loaded again, the page shall not offer to order the same once more.
 *
 * @param {string} key
 * @param {boolean} isOwn
 */
function leave(key, isOwn) {
  if (isOwn) write(key, []);
  history.replaceState(null, "", location.pathname);
}

/**
 * @param {HTMLElement} page
 * @param {string} name
 */
function show(page, name) {
  const said = /** @type {HTMLElement | null} */ (page.querySelector(`[data-say="${name}"]`));
  if (said) said.hidden = false;
}

/**
 * @param {string} key
 * @param {Line[]} lines
 */
function go(key, lines) {
  const kept = lines.slice(0, MOST);
  const address = `${location.pathname}?${queryOf(kept)}${lines.length > MOST ? FULL : ""}`;
  if (write(key, kept)) location.replace(address);
}

/**
 * @param {string} key
 * @returns {Line[]}
 */
function read(key) {
  try {
    return merged([], JSON.parse(localStorage.getItem(key) ?? "[]")).slice(0, MOST);
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

// The page's words for what scripts say, in the language of the page.

/** @type {Record<string, string>} */
let words = {};

/** Reads them from the page. */
export function loadWords() {
  words = json("wallet-words") ?? {};
}

/** @param {Record<string, string>} more words of one act */
export function addWords(more) {
  Object.assign(words, more);
}

/**
 * @param {string} id of a script element that holds JSON
 * @returns {any} null if there is none
 */
export function json(id) {
  const element = document.getElementById(id);
  return element ? JSON.parse(element.textContent ?? "null") : null;
}

/**
 * @param {string} key
 * @param {Record<string, string | number>} [values] for the placeholders {so}
 */
export function say(key, values = {}) {
  return fill(words[key] ?? key, values);
}

/**
 * @param {string} text
 * @param {Record<string, unknown>} values
 */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/**
 * An amount as the language of the page writes it, exactly.
 *
 * @param {bigint} amount base units
 * @param {{decimals: number, symbol: string}} unit
 */
export function money(amount, unit) {
  const digits = amount.toString().padStart(unit.decimals + 1, "0");
  const cut = digits.length - unit.decimals;
  const plain = `${digits.slice(0, cut)}.${digits.slice(cut)}`.replace(/0+$/, "");
  const [whole, part = ""] = plain.split(".");
  const options = { minimumFractionDigits: part ? Math.max(2, part.length) : 0, maximumFractionDigits: 18 };
  const format = new Intl.NumberFormat(document.documentElement.lang, options);
  return `${format.format(/** @type {any} */ (`${whole}.${part || 0}`))} ${unit.symbol}`;
}

/** @param {number} seconds Unix time */
export function moment(seconds) {
  const options = /** @type {Intl.DateTimeFormatOptions} */ ({ dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
  return `${new Intl.DateTimeFormat(document.documentElement.lang, options).format(seconds * 1000)} UTC`;
}

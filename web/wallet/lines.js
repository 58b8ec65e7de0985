// A basket as a list of lines, and as the address of its page.

/** @typedef {{listing: string, quantity: number, mode: string}} Line */

/** As many as a buyer may have open orders. */
export const MOST = 20;

/**
 * @param {URLSearchParams} query
 * @returns {Line[]}
 */
export function linesOf(query) {
  const [quantities, modes] = [query.getAll("quantity"), query.getAll("mode")];
  const lines = query.getAll("listing").map((listing, place) => ({ listing, quantity: Number(quantities[place]), mode: modes[place] ?? "" }));
  return merged([], lines);
}

/**
 * @param {Line[]} lines
 * @param {Line[]} more
 * @returns {Line[]} with the quantities of the same listing in the same way added up, and without those of nothing
 */
export function merged(lines, more) {
  /** @type {Map<string, Line>} */
  const found = new Map();
  for (const line of [...lines, ...more]) {
    if (!/^\d{1,10}$/.test(line.listing) || !/^\w+$/.test(line.mode) || !(Number.isInteger(line.quantity) && line.quantity > 0)) continue;
    const key = `${line.listing} ${line.mode}`;
    found.set(key, { ...line, quantity: line.quantity + (found.get(key)?.quantity ?? 0) });
  }
  return [...found.values()];
}

/**
 * @param {Line[]} lines
 * @returns {string} query
 */
export function queryOf(lines) {
  const pairs = lines.flatMap(({ listing, quantity, mode }) => [["listing", listing], ["quantity", String(quantity)], ["mode", mode]]);
  return new URLSearchParams(pairs).toString();
}

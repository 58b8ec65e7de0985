// Whatever goes wrong, in two sentences: what happened, and what to do next.

import { decode } from "./abi.js";
import { codeOf } from "./chain.js";
import { RelayBusy, RelayDown, RelayRefused, RelaySilent } from "./gasless.js";
import { NodeDown, Refused } from "./simulate.js";
import { fill, moment, money, say } from "./words.js";

/**
 * @typedef {{what: string, next: string, detail?: string, key: string}} Explained
 * @typedef {{decimals: number, symbol: string, address?: string}} Unit
 * @typedef {{errors: Record<string, any>, terms: Record<string, any>, phases: Record<string, string>,
 *     roles: Record<string, string>, states: Record<string, Record<string, string>>}} Table made by web/error_words
 */

const REJECTED = 4001;
const UNAUTHORIZED = 4100;
const ALREADY_ASKING = -32002;
const CREDITS = { decimals: 18, symbol: "" };
const DAY = 86_400;

/** An expected stop with words of its own. */
export class Stop extends Error {
  /**
   * @param {string} key of the words
   * @param {Record<string, string | number>} [values]
   */
  constructor(key, values = {}) {
    super(key);
    this.key = key;
    this.values = values;
  }
}

/** @type {Promise<Table | null> | null} */
let table = null;

/**
 * @param {any} error
 * @param {string} errorsUrl of the table of custom errors in the language of the page
 * @param {Unit | null} unit of amounts in the arguments
 * @returns {Promise<Explained>}
 */
export async function explain(error, errorsUrl, unit) {
  if (error instanceof Stop) return words(error.key, error.values);
  if (error instanceof Refused) return refusal(error.data, errorsUrl, unit);
  if (error instanceof RelayDown) return words("relay_down");
  if (error instanceof RelaySilent) return words("relay_silent");
  if (error instanceof RelayBusy) return words("relay_busy");
  if (error instanceof RelayRefused) return { ...words("relay_refused"), detail: error.message };
  if (error instanceof NodeDown) return words("node_down");
  const code = codeOf(error);
  if (code === REJECTED) return words("rejected");
  if (code === UNAUTHORIZED) return words("locked");
  if (code === ALREADY_ASKING) return words("asking");
  return { ...words("unexpected"), detail: String(error?.message ?? error) };
}

/**
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {Explained}
 */
function words(key, values) {
  return { key, what: say(`${key}_what`, values), next: say(`${key}_next`, values) };
}

/**
 * @param {string} data
 * @param {string} errorsUrl
 * @param {Unit | null} unit
 * @returns {Promise<Explained>}
 */
async function refusal(data, errorsUrl, unit) {
  table ??= fetch(errorsUrl).then((response) => (response.ok ? response.json() : null), () => null);
  const known = await table;
  const entry = known?.errors[data.slice(0, 10)];
  if (!known || !entry) return { ...words("refused"), detail: data.slice(0, 10) };
  const values = valuesOf(entry, data);
  const shown = Object.fromEntries(
    entry.inputs.map((/** @type {any} */ input) => [input.name, show(input.kind, values[input.name], values, entry, known, unit)]),
  );
  return { key: entry.name, what: fill(entry.what, shown), next: fill(entry.next, shown) };
}

/**
 * @param {any} entry
 * @param {string} data
 * @returns {Record<string, any>}
 */
function valuesOf(entry, data) {
  const values = entry.inputs.length ? decode(entry.inputs, `0x${data.slice(10)}`) : [];
  return Object.fromEntries(entry.inputs.map((/** @type {any} */ input, /** @type {number} */ place) => [input.name, values[place]]));
}

/**
 * An argument as people read it; see web/error_words/kinds.py.
 *
 * @param {string} kind
 * @param {any} value
 * @param {Record<string, any>} values all arguments
 * @param {any} entry
 * @param {Table} known
 * @param {Unit | null} unit
 * @returns {string}
 */
function show(kind, value, values, entry, known, unit) {
  switch (kind) {
    case "money":
      return unit ? money(BigInt(value), unit) : String(value);
    case "credits":
      return money(BigInt(value), CREDITS).trim();
    case "share":
      return `${Number(value) / 100} %`;
    case "time":
      return moment(Number(value));
    case "duration":
      return Number(value) % DAY ? say("hours", { count: Number(value) / 3600 }) : say("days", { count: Number(value) / DAY });
    case "currency":
      return unit && same(unit.address, value) ? unit.symbol : short(value);
    case "account":
      return short(value);
    case "milestone":
      return String(Number(value) + 1);
    case "term":
      return known.terms[ascii(value)]?.words ?? ascii(value);
    case "of_term":
      return show(known.terms[ascii(values.term)]?.kind, value, values, entry, known, unit);
    case "phase":
      return known.phases[value] ?? String(value);
    case "role":
      return known.roles[value] ?? String(value);
    case "state":
      return known.states[entry.states]?.[value] ?? String(value);
    default:
      return String(value);
  }
}

/**
 * @param {string | undefined} left
 * @param {string} right
 */
function same(left, right) {
  return left?.toLowerCase() === right.toLowerCase();
}

/** @param {string} address */
export function short(address) {
  return `${address.slice(0, 6)}…${address.slice(-4)}`;
}

/** @param {string} bytes name filled with zero bytes */
function ascii(bytes) {
  const codes = (bytes.slice(2).match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
  return String.fromCharCode(...codes.filter(Boolean));
}

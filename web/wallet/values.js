// From what was typed to what a contract takes. Every fault is a sentence that says what to do.

import { PictureUnusable, cleaned } from "./pictures.js";
import { money, say } from "./words.js";

/**
 * @typedef {{name: string, type: string, label: string, required?: boolean, decimals?: number, symbol?: string,
 *     min?: string, max?: string, bytes?: number, seconds?: number, fields?: Field[], accept?: string}} Field
 * @typedef {{name: string, id: string, message: string}} Fault
 * @typedef {Record<string, any>} Values
 */

const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
const HASH = /^0x[0-9a-fA-F]{64}$/;
const BYTES = /^0x([0-9a-fA-F]{2})+$/;
/** As the schemas of documents have it. */
const LINK = /^https:\/\/[^\s"<>\\^`{|}]+$/;
const POINTS = /[.,٫]/;

/** What was typed can't be used; the message says why. */
class Unusable extends Error {}

/**
 * Reads the fields of a form.
 *
 * @param {ParentNode} scope
 * @param {Field[]} fields
 * @returns {Promise<{values: Values, faults: Fault[]}>}
 */
export async function read(scope, fields) {
  const values = /** @type {Values} */ ({});
  const faults = /** @type {Fault[]} */ ([]);
  for (const field of fields) {
    const inputs = /** @type {HTMLInputElement[]} */ ([...scope.querySelectorAll(`[data-name="${field.name}"]`)]);
    try {
      values[field.name] = field.type === "rows" ? await rows(scope, field, faults) : await valueOf(field, inputs);
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      faults.push({ name: field.name, id: inputs[0]?.id ?? field.name, message: error.message });
    }
  }
  return { values, faults };
}

/**
 * @param {ParentNode} scope
 * @param {Field} field
 * @param {Fault[]} faults
 */
async function rows(scope, field, faults) {
  const found = [];
  for (const row of scope.querySelectorAll(`[data-row="${field.name}"]`)) {
    const inner = await read(row, field.fields ?? []);
    faults.push(...inner.faults);
    found.push(inner.values);
  }
  return found;
}

/**
 * @param {Field} field
 * @param {HTMLInputElement[]} inputs
 */
async function valueOf(field, inputs) {
  if (field.type === "flags") return flags(field, inputs);
  if (field.type === "switch") return inputs[0].checked;
  if (field.type === "file" || field.type === "picture") return file(field, inputs[0]);
  const chosen = inputs[0]?.type === "radio" ? inputs.find((input) => input.checked) : inputs[0];
  const text = (chosen?.value ?? "").trim();
  if (!text) {
    if (field.required !== false) throw new Unusable(say("missing", { label: field.label }));
    return EMPTY[field.type] ?? "";
  }
  return (READERS[field.type] ?? ((_, it) => it))(field, text);
}

/** @type {Record<string, any>} what a field that may stay empty then is */
const EMPTY = { amount: 0n, integer: 0n, time: 0n, duration: 0n, hash: `0x${"0".repeat(64)}`, code: "0x" };

/** @type {Record<string, (field: Field, text: string) => any>} */
const READERS = {
  amount,
  integer,
  duration: (field, text) => integer(field, text) * BigInt(field.seconds ?? 86_400),
  time,
  address: (field, text) => matching(field, text, ADDRESS, "not_address"),
  hash: (field, text) => matching(field, text, HASH, "not_hash"),
  bytes: (field, text) => matching(field, text, BYTES, "not_bytes"),
  code,
  text: short,
  link: (field, text) => matching(field, short(field, text), LINK, "not_link"),
};

/**
 * @param {Field} field
 * @param {string} text
 */
function short(field, text) {
  if (field.max && text.length > Number(field.max)) throw new Unusable(say("too_long", { label: field.label, max: field.max }));
  return text;
}

/**
 * @param {Field} field
 * @param {string} text with a point or a comma before the parts of a unit
 */
function amount(field, text) {
  const [whole, part = "", ...more] = text.replace(/[\s'’]/g, "").split(POINTS);
  const digits = (/** @type {string} */ it) => /^\d*$/.test(it);
  if (more.length || !(whole + part) || !digits(whole) || !digits(part)) throw new Unusable(say("not_amount", { label: field.label }));
  const decimals = field.decimals ?? 0;
  if (part.replace(/0+$/, "").length > decimals) throw new Unusable(say("too_fine", { label: field.label, decimals }));
  const units = BigInt(whole + part.slice(0, decimals).padEnd(decimals, "0"));
  return bounded(field, units, (it) => money(it, { decimals, symbol: field.symbol ?? "" }));
}

/**
 * @param {Field} field
 * @param {string} text
 */
function integer(field, text) {
  if (!/^\d+$/.test(text)) throw new Unusable(say("not_integer", { label: field.label }));
  return bounded(field, BigInt(text), String);
}

/**
 * @param {Field} field
 * @param {bigint} value
 * @param {(value: bigint) => string} show
 */
function bounded(field, value, show) {
  if (field.min && value < BigInt(field.min)) throw new Unusable(say("too_small", { label: field.label, min: show(BigInt(field.min)) }));
  if (field.max && value > BigInt(field.max)) throw new Unusable(say("too_large", { label: field.label, max: show(BigInt(field.max)) }));
  return value;
}

/**
 * @param {Field} field
 * @param {string} text date, or date and time, in UTC
 */
function time(field, text) {
  const milliseconds = Date.parse(text.length === 10 ? `${text}T00:00Z` : `${text}Z`);
  if (Number.isNaN(milliseconds)) throw new Unusable(say("not_time", { label: field.label }));
  return BigInt(Math.floor(milliseconds / 1000));
}

/**
 * @param {Field} field
 * @param {string} text a few ASCII letters, put to the left in so many bytes
 */
function code(field, text) {
  const bytes = [...text].map((letter) => letter.charCodeAt(0));
  const length = field.bytes ?? 32;
  if (bytes.length > length || bytes.some((it) => it < 33 || it > 126)) throw new Unusable(say("not_code", { label: field.label, length }));
  return `0x${bytes.map((it) => it.toString(16).padStart(2, "0")).join("").padEnd(2 * length, "0")}`;
}

/**
 * @param {Field} field
 * @param {string} text
 * @param {RegExp} form
 * @param {string} key
 */
function matching(field, text, form, key) {
  if (!form.test(text)) throw new Unusable(say(key, { label: field.label }));
  return text;
}

/**
 * @param {Field} field
 * @param {HTMLInputElement[]} inputs
 */
function flags(field, inputs) {
  const bits = inputs.filter((input) => input.checked).reduce((sum, input) => sum | BigInt(input.value), 0n);
  if (!bits && field.required !== false) throw new Unusable(say("missing", { label: field.label }));
  return bits;
}

/**
 * @param {Field} field
 * @param {HTMLInputElement} input
 * @returns {Promise<{hash: string, blob: Blob, name: string} | null>}
 */
async function file(field, input) {
  const chosen = input.files?.[0];
  if (!chosen) {
    if (field.required !== false) throw new Unusable(say("missing", { label: field.label }));
    return null;
  }
  if (field.max && chosen.size > Number(field.max)) {
    throw new Unusable(say("file_too_large", { label: field.label, max: Math.floor(Number(field.max) / 1024) }));
  }
  const blob = field.type === "picture" ? await picture(field, chosen) : chosen;
  return { hash: await sha256(await blob.arrayBuffer()), blob, name: chosen.name };
}

/**
 * @param {Field} field
 * @param {File} chosen
 */
async function picture(field, chosen) {
  try {
    return await cleaned(chosen);
  } catch (error) {
    throw error instanceof PictureUnusable ? new Unusable(say(error.message, { label: field.label })) : error;
  }
}

/** @param {BufferSource} bytes */
export async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `0x${[...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

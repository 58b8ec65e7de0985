// Fills the template of a call, which the server made (web/acts.py), with what the person typed and signed.

import { encodeCall } from "./abi.js";
import { sha256 } from "./values.js";

/**
 * @typedef {{kind: string, hash: string, blob: Blob, name: string, waits?: boolean}} Upload a document whose hash is in
 *     a call that is only announced now waits until that is done
 * @typedef {{account: string, now: number, values: Record<string, any>, reads: Record<string, bigint>,
 *     permits: import("./permit.js").Permit[], salts: Map<string, string>, uploads: Map<string, Upload>,
 *     sealed: Map<string, string>, signatures: Map<string, string>, isAnnounced?: boolean,
 *     sign: (leaf: any, message: Record<string, any>) => Promise<string>}} Context
 */

/**
 * @param {Pick<Context, "account" | "now" | "values"> & Partial<Context>} known
 * @returns {Context}
 */
export function contextOf(known) {
  return { reads: {}, permits: [], salts: new Map(), uploads: new Map(), sealed: new Map(), signatures: new Map(), sign: async () => "0x", ...known };
}

/**
 * @param {any} template
 * @param {Context} context documents and files met on the way are put into its `uploads`, what stays here into `sealed`
 * @returns {Promise<any>}
 */
export async function fillIn(template, context) {
  if (Array.isArray(template)) return all(template.filter((item) => !lacksPermit(item, context)), (item) => fillIn(item, context));
  if (typeof template !== "object" || template === null) return template;
  if (typeof template.$ === "string") return LEAVES[template.$](template, context);
  const entries = await all(Object.entries(template), async ([name, value]) => [name, await fillIn(value, context)]);
  return Object.fromEntries(entries);
}

/**
 * What was allowed by an approval has no permit, and no place among those.
 *
 * @param {any} item of an array
 * @param {Context} context
 */
function lacksPermit(item, { permits }) {
  if (typeof item !== "object" || item === null || "$" in item) return false;
  return Object.values(item).some((part) => part?.$ === "permit" && !permits[part.index]);
}

/** @type {Record<string, (leaf: any, context: Context) => any>} */
const LEAVES = {
  field: (leaf, { values }) => values[leaf.name],
  account: (_, { account }) => account,
  now: (_, { now }) => BigInt(now),
  read: (leaf, { reads }) => reads[leaf.name] ?? 0n,
  permit: (leaf, { permits }) => permits[leaf.index]?.[/** @type {"v"} */ (leaf.part)],
  when: (leaf, context) => fillIn(context.values[leaf.name] === leaf.is ? leaf.then : leaf.else, context),
  each: (leaf, context) =>
    all(context.values[leaf.name], (row) => fillIn(leaf.of, { ...context, values: { ...context.values, ...row } })),
  salt: (leaf, { salts }) => {
    if (!salts.has(leaf.name)) salts.set(leaf.name, crypto.randomUUID());
    return salts.get(leaf.name);
  },
  file: fileHash,
  digest: (leaf, context) => fileHash(leaf, context).slice(2),
  document: async (leaf, context) => {
    const bytes = await written(leaf.content, context);
    const blob = new Blob([bytes], { type: "application/json" });
    return upload(context, leaf.kind, await sha256(bytes), blob, `${leaf.kind}.json`);
  },
  sealed: async (leaf, context) => {
    const bytes = await written(leaf.content, context);
    const hash = await sha256(bytes);
    context.sealed.set(hash, new TextDecoder().decode(bytes));
    return hash;
  },
  signed: async (leaf, context) => {
    if (context.values[leaf.name]) return context.values[leaf.name];
    if (context.account.toLowerCase() !== leaf.account.toLowerCase()) return "0x";
    if (!context.signatures.has(leaf.name)) context.signatures.set(leaf.name, await context.sign(leaf, await fillIn(leaf.message, context)));
    return context.signatures.get(leaf.name);
  },
  worded: ({ name, rows }, { values }) =>
    Object.fromEntries([values, ...(values[rows] ?? [])].map((one) => [one.language, one[name]]).filter(([, text]) => text)),
  call: async (leaf, context) => encodeCall(leaf.item, typed(leaf.item.inputs, await fillIn(leaf.args, { ...context, isAnnounced: true }))),
};

/**
 * @param {any} leaf
 * @param {Context} context
 */
function fileHash(leaf, context) {
  const file = context.values[leaf.name];
  return file ? upload(context, leaf.kind, file.hash, file.blob, file.name) : NO_HASH;
}

const NO_HASH = `0x${"0".repeat(64)}`;

/**
 * @param {any} content template of a document
 * @param {Context} context
 * @returns {Promise<Uint8Array>} JSON, its members in one order, without those that say nothing
 */
async function written(content, context) {
  return new TextEncoder().encode(JSON.stringify(said(await fillIn(content, context))));
}

/**
 * @param {any} value
 * @returns {any} undefined if it says nothing
 */
function said(value) {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value === "" || value === null ? undefined : value;
  if (Array.isArray(value)) {
    const items = value.map(said).filter((it) => it !== undefined);
    return items.length ? items : undefined;
  }
  const entries = Object.entries(value).map(([name, part]) => [name, said(part)]);
  const kept = entries.filter(([, part]) => part !== undefined).sort(([one], [other]) => (one < other ? -1 : 1));
  return kept.length ? Object.fromEntries(kept) : undefined;
}

/**
 * @param {Context} context
 * @param {string} kind
 * @param {string} hash
 * @param {Blob} blob
 * @param {string} name
 */
function upload(context, kind, hash, blob, name) {
  context.uploads.set(hash, { kind, hash, blob, name, waits: context.isAnnounced });
  return hash;
}

/**
 * Turns values into what the types of an ABI take: forms give numbers as text.
 *
 * @param {any[]} inputs
 * @param {any[]} values by position
 * @returns {any[]}
 */
export function typed(inputs, values) {
  return inputs.map((input, place) => one(input.type, input, values[place]));
}

/**
 * @param {string} type
 * @param {any} input
 * @param {any} value
 * @returns {any}
 */
function one(type, input, value) {
  if (type.endsWith("]")) {
    const item = type.slice(0, type.lastIndexOf("["));
    return value.map((/** @type {any} */ each) => one(item, input, each));
  }
  if (type === "tuple") {
    return Object.fromEntries(input.components.map((/** @type {any} */ part) => [part.name, one(part.type, part, value[part.name])]));
  }
  if (/^u?int/.test(type)) return BigInt(value);
  return type === "bool" ? value === true || value === "true" : value;
}

/**
 * @template T, R
 * @param {T[]} items
 * @param {(item: T) => Promise<R> | R} make
 * @returns {Promise<R[]>} one after the other, so that what they collect has an order
 */
async function all(items, make) {
  const made = [];
  for (const item of items) made.push(await make(item));
  return made;
}

// Documents go to the store once their hash is on chain; before, it would refuse them. Until it took them, this browser
// keeps them: nobody else may have them.

import { Stop } from "./errors.js";
import { say } from "./words.js";

/**
 * @typedef {import("./arguments.js").Upload} Upload
 * @typedef {{hash: string, kind: string, name: string, type: string, bytes: string}} Kept bytes in base64
 */

const TRIES = 5;
const PAUSE = 3000;
const PREFIX = "eranos-document:";
/** Kinds that the store takes only after a document that names them. */
const BESIDE = "picture";

/** @param {Upload[]} uploads */
export async function keepDocuments(uploads) {
  for (const one of uploads) {
    const bytes = [...new Uint8Array(await one.blob.arrayBuffer())].map((byte) => String.fromCharCode(byte)).join("");
    const kept = /** @type {Kept} */ ({ hash: one.hash, kind: one.kind, name: one.name, type: one.blob.type, bytes: btoa(bytes) });
    try {
      localStorage.setItem(PREFIX + one.hash, JSON.stringify(kept));
    } catch {
      // A browser that keeps nothing still has it until the page is left.
    }
  }
}

/**
 * @param {string} documents address of the store
 * @param {Upload[]} uploads
 */
export async function uploadAll(documents, uploads) {
  const order = [...uploads].sort((one, other) => Number(one.kind === BESIDE) - Number(other.kind === BESIDE));
  for (const one of order) await upload(documents, one);
}

/**
 * @param {string} documents
 * @param {Upload} one
 * @param {number} [tries]
 */
async function upload(documents, one, tries = TRIES) {
  let reason = "";
  for (let attempt = 0; attempt < tries; attempt++) {
    if (attempt) await new Promise((resolve) => setTimeout(resolve, PAUSE));
    const body = new FormData();
    body.set("kind", one.kind);
    body.set("file", one.blob, one.name);
    const response = await fetch(`${documents}/documents`, { method: "POST", body }).catch(() => null);
    if (response?.ok) return forget(one.hash);
    const problem = await response?.json().catch(() => null);
    reason = problem?.detail ?? problem?.title ?? "";
  }
  throw new Stop("not_stored", { name: one.name, reason });
}

/** @param {string} hash */
function forget(hash) {
  try {
    localStorage.removeItem(PREFIX + hash);
  } catch {
    // Nothing was kept.
  }
}

/** @returns {Upload[]} what earlier acts of this browser left */
function left() {
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
    return keys.map((key) => revived(JSON.parse(localStorage.getItem(key) ?? "")));
  } catch {
    return [];
  }
}

/**
 * @param {string} data of a call
 * @param {Upload[]} known
 * @returns {Upload[]} what else of this browser the call names: the document of an act that was announced days before
 */
export function leftFor(data, known) {
  return left().filter((one) => data.includes(one.hash.slice(2)) && !known.some((other) => other.hash === one.hash));
}

/**
 * @param {Kept} kept
 * @returns {Upload}
 */
function revived({ bytes, type, ...rest }) {
  const blob = new Blob([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], { type });
  return { ...rest, blob };
}

/**
 * Offers the documents that earlier acts left to be stored, or saved as files.
 *
 * @param {string | null} documents
 */
export function startOutbox(documents) {
  const box = /** @type {HTMLElement | null} */ (document.querySelector("[data-outbox]"));
  const found = left();
  if (!box || !found.length) return;
  box.hidden = false;
  box.querySelector("ul")?.append(...found.map((one) => item(documents, one)));
}

/**
 * @param {string | null} documents
 * @param {Upload} one
 */
function item(documents, one) {
  const made = document.createElement("li");
  const name = document.createElement("bdi");
  name.textContent = `${one.name}, ${one.hash.slice(0, 10)}`;
  const now = document.createElement("span");
  now.setAttribute("role", "status");
  const store = button(say("store"), async () => {
    now.textContent = say("storing");
    try {
      await upload(String(documents), one, 1);
      if (made.contains(document.activeElement)) focus(made);
      made.replaceChildren(name, " ", say("stored"));
    } catch (error) {
      now.textContent = error instanceof Stop ? say("not_stored_what", error.values) : String(error);
    }
  });
  const drop = button(say("forget"), () => {
    forget(one.hash);
    focus(/** @type {HTMLElement} */ (made.closest("[data-outbox]")));
    made.remove();
  });
  made.append(name, " ", ...(documents ? [store, " "] : []), saving(one), " ", drop, " ", now);
  return made;
}

/**
 * Holds the focus of a button that goes away, so that a keyboard goes on from there.
 *
 * @param {HTMLElement} place
 */
function focus(place) {
  place.tabIndex = -1;
  place.focus();
}

/** @param {Upload} one */
function saving(one) {
  const link = document.createElement("a");
  [link.href, link.download, link.textContent] = [URL.createObjectURL(one.blob), one.name, say("save")];
  return link;
}

/**
 * @param {string} label
 * @param {() => void} act
 */
function button(label, act) {
  const made = document.createElement("button");
  [made.type, made.className, made.textContent] = ["button", "quiet", label];
  made.addEventListener("click", act);
  return made;
}

// Documents go to the store once their hash is on chain; before, it would refuse them.

import { Stop } from "./errors.js";

/** @typedef {import("./arguments.js").Upload} Upload */

const TRIES = 5;
const PAUSE = 3000;

/**
 * @param {string} documents address of the store
 * @param {Upload[]} uploads
 */
export async function uploadAll(documents, uploads) {
  for (const one of uploads) await upload(documents, one);
}

/**
 * @param {string} documents
 * @param {Upload} one
 */
async function upload(documents, one) {
  let reason = "";
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const body = new FormData();
    body.set("kind", one.kind);
    body.set("file", one.blob, one.name);
    const response = await fetch(`${documents}/documents`, { method: "POST", body }).catch(() => null);
    if (response?.ok) return;
    const problem = await response?.json().catch(() => null);
    reason = problem?.detail ?? problem?.title ?? "";
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  throw new Stop("not_stored", { name: one.name, reason });
}
